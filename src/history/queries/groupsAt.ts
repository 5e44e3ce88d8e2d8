import { compareText } from '../../state/group/group.ts'
import type { GroupView, MemberView } from '../../state/group/view.ts'
import type { Held, HistoryMember, OffsetPoint } from '../items.ts'
import { foldBlock } from '../progress/pack.ts'
import { type StateBody, unpackState } from '../sql/body.ts'
import type { HistoryReader, Row, SqlValue } from '../store.ts'
import { mostRows } from './limits.ts'

export interface GroupsQuestion {
  readonly cluster: string
  /** In ms. */
  readonly at: number
  /** Only this group. */
  readonly group?: string | undefined
  /** Only these groups, at most 1,000. */
  readonly groups?: readonly string[] | undefined
  /** The last batch of `__consumer_offsets` whose members and states count; those at the time unless given. */
  readonly batch?: StateBatch | undefined
  /** Groups whose name comes after this one. */
  readonly after?: string | undefined
  readonly limit?: number | undefined
}

/** A batch by the offset after it, and a time that is not before it, ms. */
export interface StateBatch {
  readonly position: number
  readonly time: number
}

/** A group as it stood at a time. */
export interface GroupAt extends GroupView {
  /** Of `__consumer_offsets`. */
  readonly sourcePartition: number
  /** Committed offsets with log end and lag, by topic and partition. */
  readonly points: readonly OffsetPoint[]
}

/** Groups as they stood at a time, sorted by name. `next`: where to go on; null: at the end. */
export async function groupsAt(
  reader: HistoryReader,
  { cluster, at, group, groups: given, batch, after, limit = mostRows }: GroupsQuestion,
): Promise<{ readonly groups: readonly GroupAt[]; readonly next: string | null }> {
  const [condition, names] = chosenGroups({ group, groups: given, after })
  const chosen: readonly SqlValue[] = [cluster, ...names, limit]
  const upTo = batch === undefined ? '' : 'AND s.position <= ?'
  const moment: readonly SqlValue[] = batch === undefined ? [at] : [batch.time, batch.position]
  const of = `SELECT cluster, "group", "partition" FROM groups WHERE cluster = ? ${condition} ORDER BY "group" LIMIT ?`
  const states = await reader.all(
    `WITH g AS (${of}), latest AS (
        SELECT g.cluster, g."group", g."partition", (
          SELECT s.base FROM states s WHERE s.cluster = g.cluster AND s."group" = g."group" AND s.time <= ? ${upTo}
          ORDER BY s.time DESC, s.position DESC LIMIT 1) AS base FROM g)
      SELECT l."group", l."partition", s.body FROM latest l
      LEFT JOIN states s ON s.cluster = l.cluster AND s."group" = l."group" AND s.time >= l.base AND s.time <= ? ${upTo}
      ORDER BY l."group", s.time, s.position`,
    [...chosen, ...moment, ...moment],
  )
  const blocks = await reader.all(
    `WITH g AS (${of})
      SELECT g."group", p.from_time, p.body FROM g
      JOIN progress p ON p.cluster = g.cluster AND p."group" = g."group" AND p.from_time = (
        SELECT max(q.from_time) FROM progress q WHERE q.cluster = g.cluster AND q."group" = g."group" AND q.from_time <= ?)
      ORDER BY p.from_position`,
    [...chosen, at],
  )
  const tails = await reader.all(
    `WITH g AS (${of})
      SELECT g."group", t.time AS from_time, t.body FROM g
      JOIN progress_tail t ON t.cluster = g.cluster AND t."group" = g."group" AND t.time <= ?
      ORDER BY t.time, t.position`,
    [...chosen, at],
  )
  const topics = await topicNames(reader, cluster)
  const offsets = offsetsAt([...blocks, ...tails], at)
  const byGroup = Map.groupBy(states, row => String(row['group']))
  const groups = [...byGroup].flatMap(([one, rows]) => {
    const points = sortedPoints(offsets.get(one))
    return groupView(one, rows, { points, names: topics }) ?? []
  })
  const next =
    byGroup.size < limit || group !== undefined || given !== undefined ? null : ([...byGroup.keys()].at(-1) ?? null)
  return { groups, next }
}

function chosenGroups({
  group,
  groups,
  after,
}: Pick<GroupsQuestion, 'group' | 'groups' | 'after'>): readonly [condition: string, names: readonly string[]] {
  if (group !== undefined) return ['AND "group" = ?', [group]]
  if (groups !== undefined) return [`AND "group" IN (${groups.map(() => '?').join(', ')})`, groups]
  return after === undefined ? ['', []] : ['AND "group" > ?', [after]]
}

/**
 * The first change of a group that `__consumer_offsets` has behind an offset: what a record there did. `near`: a time close to
 * that of the record, in ms. Null where no change is known.
 */
export async function changeAfter(
  reader: HistoryReader,
  { cluster, group, offset, near }: { cluster: string; group: string; offset: number; near: number },
): Promise<StateBatch | null> {
  const [row] = await reader.all(
    `SELECT time, position FROM states
      WHERE cluster = ? AND "group" = ? AND time >= ? AND time <= ? AND position > ? ORDER BY time, position LIMIT 1`,
    [cluster, group, near - DAY_MS, near + DAY_MS, offset],
  )
  return row === undefined ? null : { position: Number(row['position']), time: Number(row['time']) }
}

/** Clocks of brokers and clients differ by less than this. */
const DAY_MS = 86_400_000

async function topicNames(reader: HistoryReader, cluster: string): Promise<ReadonlyMap<string, string>> {
  const rows = await reader.all('SELECT id, name FROM topics WHERE cluster = ?', [cluster])
  return new Map(rows.map(({ id, name }) => [String(id), String(name)]))
}

/** Committed offsets by group: blocks, and points that are in none yet, in their order. */
function offsetsAt(rows: readonly Row[], at: number): Map<string, Map<string, OffsetPoint>> {
  const offsets = new Map<string, Map<string, OffsetPoint>>()
  for (const row of rows) {
    const group = String(row['group'])
    const known = offsets.get(group) ?? new Map<string, OffsetPoint>()
    offsets.set(group, known)
    foldBlock(row['body'] as Uint8Array, { fromTime: Number(row['from_time']), at }, known)
  }
  return offsets
}

function sortedPoints(offsets: ReadonlyMap<string, OffsetPoint> | undefined): OffsetPoint[] {
  const points = [...(offsets?.values() ?? [])]
  return points.sort((a, b) => compareText(a.topic, b.topic) || a.partition - b.partition)
}

interface Known {
  readonly points: readonly OffsetPoint[]
  readonly names: ReadonlyMap<string, string>
}

/** Null where the group did not exist. */
function groupView(group: string, rows: readonly Row[], { points, names }: Known): GroupAt | null {
  const members = new Map<string, HistoryMember>()
  let header: StateBody['header'] = null
  for (const { body } of rows) {
    if (body === null || body === undefined) return null
    const state = unpackState(body as Uint8Array)
    header = state.header
    if (state.isFull) members.clear()
    for (const id of state.gone) members.delete(id)
    for (const member of state.members) members.set(member.id, member)
  }
  if (header === null || (header.type === 'simple' && points.length === 0)) return null
  const { type, epoch, state, protocolType, protocol, leader } = header
  const nameOf = (key: string) => (type === 'consumer' || type === 'share' ? (names.get(key) ?? key) : key)
  const sorted = [...members.values()].sort((a, b) => compareText(a.id, b.id))
  const isSampled = points.some(({ logEnd }) => logEnd !== null)
  return {
    group,
    groupType: type,
    epoch,
    state,
    protocolType,
    protocol,
    leader,
    members: sorted.map(member => memberView(member, nameOf)),
    offsets: byPartition(points, ({ offset }) => offset),
    ...(isSampled
      ? { lag: byPartition(points, ({ lag }) => lag), logEnd: byPartition(points, ({ logEnd }) => logEnd) }
      : {}),
    sourcePartition: Number(rows[0]?.['partition']),
    points,
  }
}

function memberView(member: HistoryMember, nameOf: (key: string) => string): MemberView {
  const { id, instanceId, clientId, host, epoch, held, target } = member
  const view = (of: Held | null) => (of === null ? null : partitionsView(of, nameOf))
  return { id, instanceId, clientId, host, epoch, assignment: view(held), targetAssignment: view(target) }
}

function partitionsView(held: Held, nameOf: (key: string) => string): Readonly<Record<string, readonly number[]>> {
  const named = new Map<string, Set<number>>()
  for (const [key, partitions] of held) {
    const name = nameOf(key)
    named.set(name, new Set([...(named.get(name) ?? []), ...partitions]))
  }
  const sorted = [...named].sort(([a], [b]) => compareText(a, b))
  return ownRecord(sorted.map(([name, partitions]) => [name, [...partitions].sort((a, b) => a - b)] as const))
}

function byPartition<T>(points: readonly OffsetPoint[], valueOf: (point: OffsetPoint) => T | null) {
  const topics = new Map<string, Record<string, T>>()
  for (const point of points) {
    const value = valueOf(point)
    if (value === null) continue
    const partitions = topics.get(point.topic) ?? {}
    partitions[point.partition] = value
    topics.set(point.topic, partitions)
  }
  return ownRecord([...topics])
}

/** Any text can be the name of a topic, `__proto__` too. */
function ownRecord<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  const record: Record<string, T> = {}
  for (const [name, value] of entries) {
    Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true })
  }
  return record
}
