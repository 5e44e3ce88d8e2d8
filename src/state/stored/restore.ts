import type { Int64 } from '../../events/envelope.ts'
import { wordsOf } from '../../kafka/records/words.ts'
import { decodeGroupConditions, type StoredGroupConditions } from '../conditions/groupConditions.ts'
import { RowWatch } from '../conditions/rowWatch.ts'
import { setGroup, setTopicId, topicSlot } from '../group/groupSlot.ts'
import { keyBytes } from '../offsets/keyBytes.ts'
import type { PartitionState } from '../partition.ts'
import {
  decodeGroup,
  decodeInt64,
  type StateChange,
  type StoredCommit,
  type StoredOffset,
  type StoredPartition,
  type StoredRowConditions,
  type StoredSlot,
} from './entry.ts'

/**
 * Puts a stored entry into a state; of one key the last counts, and null takes it away. Different keys may come in any
 * order. Fails with a plain Error that says why where the entry is none of this version: which version, and which
 * cluster, the entry about the partition tells.
 */
export function restoreEntry(state: PartitionState, { key, value }: StateChange): void {
  const [kind, ...parts] = JSON.parse(key) as [string, ...(string | number)[]]
  const stored: unknown = value === null ? null : JSON.parse(value)
  const name = String(parts[0])
  switch (kind) {
    case 'partition':
      return restorePartition(state, stored as StoredPartition | null)
    case 'topic':
      if (stored !== null) state.names.learn(name, stored as string)
      return
    case 'group':
      return restoreSlot(state, name, stored as StoredSlot | null)
    case 'offset':
      return restoreOffset(state, parts, stored as StoredOffset | null)
    case 'condition':
      if (parts.length === 1) return restoreGroupConditions(state, name, stored as StoredGroupConditions | null)
      return restoreRowConditions(state, parts, stored as StoredRowConditions | null)
    case 'transaction':
      return restoreTransaction(state, BigInt(name), (stored ?? []) as readonly StoredCommit[])
    default:
      throw new Error(`an entry of kind ${kind}, which this version of koff does not know`)
  }
}

function restorePartition(state: PartitionState, stored: StoredPartition | null): void {
  if (stored !== null) state.restore(stored)
}

function restoreSlot(state: PartitionState, name: string, stored: StoredSlot | null): void {
  const slot = state.slotOf(name)
  setGroup(slot, stored === null || stored.group === null ? null : decodeGroup(stored.group))
  for (const topic of slot.topics.values()) setTopicId(topic, noTopicId, 0)
  for (const [topic, id] of stored?.topics ?? [])
    setTopicId(topicSlot(slot, topic), wordsOf(Buffer.from(id, 'base64url')), 0)
  state.releaseSlot(slot)
}

function restoreOffset(state: PartitionState, place: readonly (string | number)[], stored: StoredOffset | null): void {
  const row = rowOf(state, String(place[0]), String(place[1]), Number(place[2]))
  const { table } = state.offsets
  if (stored === null) {
    table.clear(row)
    return giveUp(state, row)
  }
  const [offset, time, position] = stored
  const exact = decodeInt64(offset)
  table.set(row, numberOf(exact), BigInt(exact), time, position)
  if (table.watch !== null) table.watch.offsets[row] = numberOf(exact)
}

function restoreGroupConditions(state: PartitionState, name: string, stored: StoredGroupConditions | null): void {
  const slot = state.slotOf(name)
  slot.conditions = stored === null ? null : decodeGroupConditions(stored)
  // The group itself may come later.
  if (stored === null) state.releaseSlot(slot)
}

function restoreRowConditions(
  state: PartitionState,
  place: readonly (string | number)[],
  stored: StoredRowConditions | null,
): void {
  const row = rowOf(state, String(place[0]), String(place[1]), Number(place[2]))
  const { table } = state.offsets
  if (table.watch === null) {
    table.watch = new RowWatch()
    table.watch.reserve(table.present.length)
  }
  const { watch } = table
  watch.clear(row)
  if (stored === null) return giveUp(state, row)
  watch.stored[row] = 1
  const { window, above, stalled, outOfRange, numbers } = stored
  // Of the offset itself the entry of the offset tells, before this one or after it.
  const offset = table.offsets[row] ?? 0
  watch.offsets[row] = offset
  if (window !== undefined) {
    const [since, anchor, anchorTime] = window
    watch.beginWindow(row, { since, anchor, anchorTime, offset })
  }
  if (above !== undefined) watch.above[row] = above
  if (numbers === undefined) return
  const conditions = watch.conditionsOf(row)
  conditions.stalled = stalled ?? null
  conditions.outOfRange = outOfRange ?? null
  for (const [type, last] of numbers) conditions.numbers.set(type, last)
}

function restoreTransaction(state: PartitionState, producerId: bigint, commits: readonly StoredCommit[]): void {
  const { table, transactions } = state.offsets
  const before = transactions.take(producerId)
  for (const commit of commits) {
    const { position, leaderEpoch, metadata, topicId } = commit
    const exact = decodeInt64(commit.offset)
    const row = rowOf(state, commit.group, commit.topic, commit.partition)
    table.pending[row] = (table.pending[row] ?? 0) + 1
    transactions.add(producerId, {
      row,
      offset: numberOf(exact),
      exact: BigInt(exact),
      position,
      leaderEpoch,
      metadata,
      topicId: topicId === null ? null : Buffer.from(topicId, 'base64'),
    })
  }
  for (const { row } of before) {
    table.pending[row] = (table.pending[row] ?? 1) - 1
    giveUp(state, row)
  }
}

function giveUp(state: PartitionState, row: number): void {
  const slot = state.offsets.table.groupOf(row)
  state.offsets.table.releaseIfEmpty(row)
  state.releaseSlot(slot)
}

const noTopicId = wordsOf(Buffer.alloc(16))

function rowOf(state: PartitionState, group: string, topic: string, partition: number): number {
  const { table } = state.offsets
  const key = keyBytes(group, topic, partition)
  const known = table.index.find(wordsOf(key), 0, key.length)
  if (known >= 0) return known
  const slot = state.slotOf(group)
  return table.add(key, slot, topicSlot(slot, topic), partition)
}

/** NaN where only a bigint is exact. */
function numberOf(value: Int64): number {
  return typeof value === 'bigint' ? Number.NaN : value
}
