import type { Int64 } from '../../events/envelope.ts'
import { encodeGroupConditions } from '../conditions/groupConditions.ts'
import type { Open } from '../conditions/tell.ts'
import type { Assignment, Group, Holding, Member } from '../group/group.ts'
import { type GroupSlot, topicIdOf } from '../group/groupSlot.ts'
import { Members } from '../group/members.ts'
import type { OffsetTable } from '../offsets/table.ts'
import type { PendingCommit } from '../offsets/transactions.ts'

/**
 * The state of a partition as keyed entries: fine enough that a commit rewrites one offset and not its group. Keys and
 * values are JSON texts.
 */
export interface StateEntry {
  readonly key: string
  readonly value: string
}

/** An entry to store; null deletes what is stored under the key. */
export interface StateChange {
  readonly key: string
  readonly value: string | null
}

/** Grows when old entries cannot be read as new ones. */
export const stateVersion = 1

/** Every version of koff, of the past and to come, can read this much of another's: it is never renamed. */
export interface StoredPartition {
  readonly version: number
  /** Kafka's cluster id: a state is of no use to another cluster. */
  readonly cluster: string
  readonly position: number
  readonly timestamp: number
  readonly inHistory: boolean
  readonly historyEnd: number | null
}

export type StoredInt64 = number | string

export interface StoredSlot {
  readonly group: StoredGroup | null
  /** Topic names with their topic ids. */
  readonly topics: readonly (readonly [string, string])[]
}

/** Offset, commitTimestamp, log position. */
export type StoredOffset = readonly [StoredInt64, number, number]

/** One commit of an open transaction. */
export interface StoredCommit {
  readonly group: string
  readonly topic: string
  readonly partition: number
  readonly offset: StoredInt64
  readonly position: number
  readonly leaderEpoch: number
  readonly metadata: string
  /** base64; null where the record carries none. */
  readonly topicId: string | null
}

/** What conditions over time know of one committed offset. What is not there is absent. */
export interface StoredRowConditions {
  /** A window in which it is behind: since when, and log position and time of the commit that counted then. */
  readonly window?: readonly [since: number, anchor: number, anchorTime: number]
  /** The committed offset that the last sample found above the log end. */
  readonly above?: number
  readonly stalled?: Open
  readonly outOfRange?: Open
  readonly numbers?: readonly (readonly [string, readonly [number, number]])[]
}

type StoredAssignment = readonly (readonly [string, readonly number[]])[]
type StoredMember = Omit<Member, 'assignment' | 'pendingRevocation'> & {
  readonly assignment: StoredAssignment
  readonly pendingRevocation: StoredAssignment
}
type StoredHolding = readonly [string, Omit<Holding, 'assignment'> & { readonly assignment: StoredAssignment }]
type StoredGroup = Omit<Group, 'members' | 'settled'> & {
  readonly members: readonly StoredMember[]
  readonly settled: readonly StoredHolding[]
}

export const partitionKey = JSON.stringify(['partition'])

export function topicKey(id: string): string {
  return JSON.stringify(['topic', id])
}

export function groupKey(name: string): string {
  return JSON.stringify(['group', name])
}

export function transactionKey(producerId: bigint): string {
  return JSON.stringify(['transaction', producerId.toString()])
}

export function offsetKey(table: OffsetTable, row: number): string {
  return JSON.stringify(['offset', table.groupOf(row).name, table.topicOf(row).name, table.partitions[row] ?? 0])
}

/** Conditions of a group itself. */
export function groupConditionKey(name: string): string {
  return JSON.stringify(['condition', name])
}

/** Conditions of one committed offset. */
export function rowConditionKey(table: OffsetTable, row: number): string {
  return JSON.stringify(['condition', table.groupOf(row).name, table.topicOf(row).name, table.partitions[row] ?? 0])
}

/** Null where there is nothing to store. */
export function groupConditionValue(slot: GroupSlot): string | null {
  return slot.conditions === null ? null : JSON.stringify(encodeGroupConditions(slot.conditions))
}

/** Null where there is nothing to store. */
export function rowConditionValue({ watch }: OffsetTable, row: number): string | null {
  if (watch === null || !watch.isWorthStoring(row)) return null
  const since = watch.since[row] ?? Number.NaN
  const above = watch.above[row] ?? Number.NaN
  const conditions = watch.conditions.get(row)
  const value: StoredRowConditions = {
    ...(Number.isNaN(since) ? {} : { window: [since, watch.anchors[row] ?? 0, watch.anchorTimes[row] ?? 0] }),
    ...(Number.isNaN(above) ? {} : { above }),
    ...(conditions?.stalled ? { stalled: conditions.stalled } : {}),
    ...(conditions?.outOfRange ? { outOfRange: conditions.outOfRange } : {}),
    ...(conditions === undefined ? {} : { numbers: [...conditions.numbers] }),
  }
  return JSON.stringify(value)
}

export function offsetValue(table: OffsetTable, row: number): string {
  const value: StoredOffset = [encodeInt64(table.offsetOf(row)), table.times[row] ?? 0, table.positions[row] ?? 0]
  return JSON.stringify(value)
}

/** Null for a slot that holds nothing which other entries do not hold. */
export function slotValue(slot: GroupSlot): string | null {
  const topics = [...slot.topics.values()].flatMap(topic => {
    const id = topicIdOf(topic)
    return id === null ? [] : [[topic.name, id] as const]
  })
  if (slot.group === null && topics.length === 0) return null
  const value: StoredSlot = { group: slot.group === null ? null : encodeGroup(slot.group), topics }
  return JSON.stringify(value)
}

export function transactionValue(table: OffsetTable, commits: Iterable<PendingCommit>): string {
  const value = [...commits].map(
    ({ row, offset, exact, position, leaderEpoch, metadata, topicId }): StoredCommit => ({
      group: table.groupOf(row).name,
      topic: table.topicOf(row).name,
      partition: table.partitions[row] ?? 0,
      offset: encodeInt64(Number.isNaN(offset) ? exact : offset),
      position,
      leaderEpoch,
      metadata,
      topicId: topicId?.toString('base64') ?? null,
    }),
  )
  return JSON.stringify(value)
}

export function encodeGroup(group: Group): StoredGroup {
  const members = [...group.members.values()].map(member => ({
    ...member,
    assignment: [...member.assignment],
    pendingRevocation: [...member.pendingRevocation],
  }))
  const settled = [...group.settled].map(
    ([id, holding]) => [id, { ...holding, assignment: [...holding.assignment] }] as const,
  )
  return { ...group, members, settled }
}

export function decodeGroup(stored: StoredGroup): Group {
  const members = stored.members.map(
    member =>
      [
        member.id,
        {
          ...member,
          assignment: assignment(member.assignment),
          pendingRevocation: assignment(member.pendingRevocation),
        },
      ] as const,
  )
  const settled = stored.settled.map(
    ([id, holding]) => [id, { ...holding, assignment: assignment(holding.assignment) }] as const,
  )
  return { ...stored, members: new Members(new Map(members)), settled: new Map(settled) }
}

function assignment(stored: StoredAssignment): Assignment {
  return new Map(stored)
}

function encodeInt64(value: Int64): StoredInt64 {
  return typeof value === 'bigint' ? value.toString() : value
}

export function decodeInt64(stored: StoredInt64): Int64 {
  return typeof stored === 'string' ? BigInt(stored) : stored
}
