import { OPEN } from '../sql/tables.ts'
import type { HistoryReader, Row } from '../store.ts'
import { mostRows } from './limits.ts'

export interface OwnersQuestion {
  readonly cluster: string
  /** All topics that the group owns partitions of unless given. */
  readonly topic?: string | undefined
  /** All partitions of the topic unless given. */
  readonly partition?: number | undefined
  /** Only owners in this group; has to be given where the topic is not. */
  readonly group?: string | undefined
  /** In ms, both included; the same for one moment. */
  readonly from: number
  readonly to: number
  readonly limit?: number | undefined
}

/** Who owned a partition from when to when. */
export interface Ownership {
  readonly topic: string
  readonly partition: number
  readonly group: string
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  readonly from: number
  /** Null: it owns it still. */
  readonly to: number | null
}

/** Owners of partitions within a time, by topic, partition and time. */
export async function ownersOf(reader: HistoryReader, question: OwnersQuestion): Promise<readonly Ownership[]> {
  const { cluster, topic, partition, group, from, to, limit = mostRows } = question
  const given = Object.entries({ topic, partition, group }).flatMap(([column, value]) =>
    value === undefined ? [] : [{ sql: `AND "${column}" = ?`, value }],
  )
  const rows = await reader.all(
    `SELECT * FROM owner_spans WHERE cluster = ? AND to_time > ? AND from_time <= ? ${given.map(({ sql }) => sql).join(' ')}
      ORDER BY topic, "partition", from_time, "group", member LIMIT ?`,
    [cluster, from, to, ...given.map(({ value }) => value), Math.min(limit, mostRows)],
  )
  return rows.map(ownershipOf)
}

function ownershipOf(row: Row): Ownership {
  const to = Number(row['to_time'])
  return {
    topic: String(row['topic']),
    partition: Number(row['partition']),
    group: String(row['group']),
    memberId: String(row['member']),
    instanceId: row['instance'] === null ? null : String(row['instance']),
    clientId: String(row['client']),
    host: String(row['host']),
    from: Number(row['from_time']),
    to: to === OPEN ? null : to,
  }
}
