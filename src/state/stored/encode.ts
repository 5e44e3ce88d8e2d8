import { type GroupSlot, topicsWithId } from '../group/groupSlot.ts'
import type { PendingCommit } from '../offsets/transactions.ts'
import type { PartitionState } from '../partition.ts'
import {
  type EntryRef,
  keyOf,
  offsetKey,
  partitionKey,
  pendingKey,
  rowConditionKey,
  type StateChange,
  type StateEntry,
  type StoredPartition,
  stateVersion,
} from './entry.ts'
import { conditionChanges } from './storedConditions.ts'
import { assignmentValue, epochsValue, memberValue, metadataValue } from './storedGroup.ts'
import { offsetValue, pendingValue, rowConditionValue } from './storedOffsets.ts'
import { type StoredName, topicIdValue } from './storedTopics.ts'

/**
 * The whole state of a partition. A state that `Restoring` makes of it continues exactly as this one would.
 * @heldByLaws
 */
export function encodeState(state: PartitionState): readonly StateEntry[] {
  const { table, transactions } = state.offsets
  const writing = new Writing()
  for (const slot of state.groups.values()) {
    for (const ref of refsOf(slot)) writing.put(keyOf(ref), valueOf(ref, state))
    if (slot.conditions !== null) writing.putAll(conditionChanges(slot.name, slot.conditions).entries)
  }
  for (const [id] of state.names.orphans()) {
    const ref = { kind: 'topic', id } as const
    writing.put(keyOf(ref), valueOf(ref, state))
  }
  for (const row of table.rows()) {
    if (table.isPresent(row)) writing.put(offsetKey(table, row), offsetValue(table, row))
    writing.put(rowConditionKey(table, row), rowConditionValue(table, row))
  }
  for (const [producerId, commits] of transactions.entries()) {
    for (const commit of commits) writing.put(pendingKey(producerId, table, commit.row), pendingValue(commit))
  }
  writing.put(partitionKey, partitionValue(state))
  return writing.changes.flatMap(({ key, value }) => (value === null ? [] : [{ key, value }]))
}

/**
 * The changes since the last call, for a state that records changes: applied to the stored entries, they give the
 * present state. The entry about the partition itself is always included, and is the last.
 */
export function takeChanges(state: PartitionState): readonly StateChange[] {
  const { changes } = state
  const writing = new Writing()
  if (changes !== null) {
    for (const [key, ref] of changes.refs) writing.put(key, valueOf(ref, state))
    takeOffsets(state, writing)
    takeConditions(state, writing)
    // A key that was deleted and written again counts as written.
    for (const key of changes.goneKeys) if (!writing.has(key)) writing.put(key, null)
    changes.clear()
  }
  writing.put(partitionKey, partitionValue(state))
  return writing.changes
}

/** Collects entries. */
class Writing {
  readonly changes: StateChange[] = []
  readonly #keys = new Set<string>()

  has(key: string): boolean {
    return this.#keys.has(key)
  }

  put(key: string, value: string | null): void {
    this.#keys.add(key)
    this.changes.push({ key, value })
  }

  putAll(entries: readonly StateChange[]): void {
    for (const { key, value } of entries) this.put(key, value)
  }
}

/** The stored entries of a group, except offsets and conditions. */
export function* refsOf(slot: GroupSlot): Generator<EntryRef> {
  const { name, group } = slot
  for (const topic of topicsWithId(slot)) yield { kind: 'topicId', group: name, topic }
  if (group === null) return
  yield { kind: 'metadata', group: name }
  yield { kind: 'epochs', group: name }
  yield { kind: 'names', group: name }
  for (const { id } of group.members.values()) yield { kind: 'member', group: name, member: id }
  for (const regex of group.regexes.keys()) yield { kind: 'regex', group: name, regex }
  const holders = new Set(group.settled.keys())
  for (const { id } of group.members.values()) holders.add(id)
  for (const member of holders) yield { kind: 'assignment', group: name, member }
}

/** Null where there is nothing to store. */
function valueOf(ref: EntryRef, { groups, names }: PartitionState): string | null {
  if (ref.kind === 'topic') {
    const orphan = names.orphan(ref.id)
    return orphan === null ? null : JSON.stringify([orphan.name, orphan.since] satisfies StoredName)
  }
  const slot = groups.get(ref.group)
  if (ref.kind === 'topicId') {
    const topic = slot?.topics.get(ref.topic)
    return topic === undefined ? null : topicIdValue(topic)
  }
  const group = slot?.group ?? null
  if (group === null) return null
  switch (ref.kind) {
    case 'metadata':
      return metadataValue(group)
    case 'epochs':
      return epochsValue(group)
    case 'names':
      return group.topicNames.size === 0 ? null : JSON.stringify([...group.topicNames])
    case 'member': {
      const member = group.members.get(ref.member)
      return member === undefined ? null : memberValue(member)
    }
    case 'assignment':
      return assignmentValue(group, ref.member)
    case 'regex': {
      const topics = group.regexes.get(ref.regex)
      return topics === undefined ? null : JSON.stringify(topics)
    }
  }
}

function takeOffsets({ changes, offsets }: PartitionState, writing: Writing): void {
  if (changes === null) return
  const { table, transactions } = offsets
  for (const row of changes.rows) {
    // The row was freed: its deletion is already recorded under its key.
    if (table.index.keyOf(row).length === 0) continue
    writing.put(offsetKey(table, row), table.isPresent(row) ? offsetValue(table, row) : null)
  }
  for (const producerId of changes.producers) {
    const before = changes.storedCommits.get(producerId)
    const commits = new Map<string, PendingCommit>()
    for (const commit of transactions.of(producerId) ?? []) {
      const key = pendingKey(producerId, table, commit.row)
      commits.set(key, commit)
      if (before?.get(key) !== commit) writing.put(key, pendingValue(commit))
    }
    for (const key of before?.keys() ?? []) if (!commits.has(key)) writing.put(key, null)
    if (commits.size > 0) changes.storedCommits.set(producerId, commits)
    else changes.storedCommits.delete(producerId)
  }
}

function takeConditions({ changes, offsets, groups }: PartitionState, writing: Writing): void {
  if (changes === null) return
  for (const name of changes.conditions) {
    const conditions = groups.get(name)?.conditions ?? null
    const { entries, stored } = conditionChanges(name, conditions, changes.storedConditions.get(name))
    writing.putAll(entries)
    if (conditions === null) changes.storedConditions.delete(name)
    else changes.storedConditions.set(name, stored)
  }
  const { table } = offsets
  const { watch } = table
  if (watch === null) return
  for (const row of changes.conditionRows) {
    if (table.index.keyOf(row).length === 0) continue
    const value = rowConditionValue(table, row)
    // Most windows begin and end between two writes.
    if (value === null && watch.stored[row] === 0) continue
    watch.stored[row] = value === null ? 0 : 1
    writing.put(rowConditionKey(table, row), value)
  }
}

function partitionValue(state: PartitionState): string {
  const { cluster, position, leaderEpoch, timestamp, inHistory, historyEnd } = state
  const value: StoredPartition = {
    version: stateVersion,
    cluster,
    position,
    leaderEpoch,
    timestamp,
    inHistory,
    historyEnd,
  }
  return JSON.stringify(value)
}
