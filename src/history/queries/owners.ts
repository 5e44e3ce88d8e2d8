import { OPEN } from '../sql/tables.ts'
import type { HistoryReader, Row, SqlValue } from '../store.ts'
import { cursorPlace, cursorText } from './cursor.ts'
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
  /** Where a page before ended. */
  readonly cursor?: string | undefined
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

export interface OwnersPage {
  readonly owners: readonly Ownership[]
  /** Where the next page begins; null: this is the last. */
  readonly next: string | null
}

/**
 * Owners of partitions within a time, by topic, partition and time.
 * @throws KoffError USAGE where the cursor is not of this question.
 */
export async function ownersPage(reader: HistoryReader, question: OwnersQuestion): Promise<OwnersPage> {
  const { cluster, topic, partition, group, from, to, cursor } = question
  const limit = Math.min(question.limit ?? mostRows, mostRows)
  const given = Object.entries({ topic, partition, group }).flatMap(([column, value]) =>
    value === undefined ? [] : [{ sql: `AND "${column}" = ?`, value }],
  )
  const after = cursor === undefined ? [] : cursorPlace(cursor, 'owners', placeTypes)
  const rows = await reader.all(
    `SELECT * FROM owner_spans WHERE cluster = ? AND to_time > ? AND from_time <= ? ${given.map(({ sql }) => sql).join(' ')}
      ${cursor === undefined ? '' : 'AND (topic, "partition", from_time, "group", member) > (?, ?, ?, ?, ?)'}
      ORDER BY topic, "partition", from_time, "group", member LIMIT ?`,
    [cluster, from, to, ...given.map(({ value }) => value), ...(after as SqlValue[]), limit],
  )
  const owners = rows.map(ownershipOf)
  const last = owners.length < limit ? undefined : owners.at(-1)
  if (last === undefined) return { owners, next: null }
  return { owners, next: cursorText('owners', [last.topic, last.partition, last.from, last.group, last.memberId]) }
}

const placeTypes = ['string', 'number', 'number', 'string', 'string'] as const

/** The first page of them. */
export async function ownersOf(reader: HistoryReader, question: OwnersQuestion): Promise<readonly Ownership[]> {
  return (await ownersPage(reader, question)).owners
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
