import type { Row } from '../store.ts'
import type { Transaction } from './database.ts'
import { type GroupKey, groupId, rowsInGroups } from './groupKeys.ts'
import { OPEN } from './tables.ts'

/** An interval of `member_spans` or `owner_spans`. */
export interface Span {
  readonly fromTime: number
  toTime: number
  /** True where the row is in the table already. */
  isStored: boolean
}

export interface MemberMemory {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  readonly span: Span
  /** By `partition topic`. */
  readonly held: Map<string, Span>
}

/** What the writer has to know of a group to take in what comes next. */
export interface GroupMemory {
  /** Of `__consumer_offsets`. */
  readonly partition: number
  readonly members: Map<string, MemberMemory>
  /** Time of the last full state; null: the history has none. */
  base: number | null
  /** Points in `progress_tail`. */
  tailPoints: number
}

/** By `groupId`: what the history has of these groups. */
export async function loadGroups(
  transaction: Transaction,
  keys: readonly (GroupKey & { readonly partition: number })[],
): Promise<ReadonlyMap<string, GroupMemory>> {
  const states = await rowsInGroups(
    transaction,
    keys,
    of => `SELECT cluster, "group", base FROM states
      WHERE ${of} AND time = (
        SELECT max(s.time) FROM states s WHERE s.cluster = states.cluster AND s."group" = states."group")
      ORDER BY position DESC`,
  )
  const tails = await rowsInGroups(
    transaction,
    keys,
    of => `SELECT cluster, "group", sum(points) AS points FROM progress_tail WHERE ${of} GROUP BY cluster, "group"`,
  )
  const members = await rowsInGroups(
    transaction,
    keys,
    of => `SELECT cluster, "group", member, instance, client, host, from_time FROM member_spans
      WHERE ${of} AND to_time = ${OPEN}`,
  )
  const owned = await rowsInGroups(
    transaction,
    keys,
    of => `SELECT cluster, "group", topic, "partition", member, from_time FROM owner_spans
      WHERE ${of} AND to_time = ${OPEN}`,
  )
  return new Map(
    keys.map(key => {
      const id = groupId(key)
      const base = states.get(id)?.[0]?.['base']
      const memory: GroupMemory = {
        partition: key.partition,
        members: membersIn(members.get(id) ?? [], owned.get(id) ?? []),
        base: base === undefined ? null : Number(base),
        tailPoints: Number(tails.get(id)?.[0]?.['points'] ?? 0),
      }
      return [id, memory]
    }),
  )
}

function membersIn(rows: readonly Row[], owned: readonly Row[]): Map<string, MemberMemory> {
  const members = new Map<string, MemberMemory>()
  for (const row of rows) members.set(String(row['member']), { ...memberOf(row), span: spanOf(row), held: new Map() })
  for (const row of owned) {
    const place = `${Number(row['partition'])} ${String(row['topic'])}`
    members.get(String(row['member']))?.held.set(place, spanOf(row))
  }
  return members
}

function spanOf(row: Row): Span {
  return { fromTime: Number(row['from_time']), toTime: OPEN, isStored: true }
}

function memberOf(row: Row) {
  const { member, instance, client, host } = row
  return {
    id: String(member),
    instanceId: instance === null ? null : String(instance),
    clientId: String(client),
    host: String(host),
  }
}
