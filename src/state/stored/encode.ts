import type { PartitionState } from '../partition.ts'
import {
  groupConditionKey,
  groupConditionValue,
  groupKey,
  offsetKey,
  offsetValue,
  partitionKey,
  rowConditionKey,
  rowConditionValue,
  type StateChange,
  type StateEntry,
  type StoredPartition,
  slotValue,
  stateVersion,
  topicKey,
  transactionKey,
  transactionValue,
} from './entry.ts'

/** All of a partition's state; a state that `restoreEntry` made of it goes on exactly as this one would. @heldByLaws */
export function* encodeState(state: PartitionState): Generator<StateEntry> {
  for (const [id, name] of state.names.entries()) yield { key: topicKey(id), value: JSON.stringify(name) }
  for (const slot of state.groups.values()) {
    const value = slotValue(slot)
    if (value !== null) yield { key: groupKey(slot.name), value }
    const conditions = groupConditionValue(slot)
    if (conditions !== null) yield { key: groupConditionKey(slot.name), value: conditions }
  }
  const { table, transactions } = state.offsets
  for (const row of table.rows()) {
    if (table.present[row] === 1) yield { key: offsetKey(table, row), value: offsetValue(table, row) }
    const conditions = rowConditionValue(table, row)
    if (conditions !== null) yield { key: rowConditionKey(table, row), value: conditions }
  }
  for (const [producerId, commits] of transactions.entries()) {
    yield { key: transactionKey(producerId), value: transactionValue(table, commits) }
  }
  yield { key: partitionKey, value: partitionValue(state) }
}

/**
 * What changed since the last call, for a state that keeps track: stored over what is stored already, it makes that the
 * state as it is now. The entry about the partition itself is always there, and is the last.
 */
export function takeChanges(state: PartitionState): StateChange[] {
  const taken: StateChange[] = []
  const { changes, names, groups } = state
  if (changes !== null) {
    const put: Put = (key, value) => {
      changes.goneKeys.delete(key)
      taken.push({ key, value })
    }
    for (const id of changes.topicIds) put(topicKey(id), JSON.stringify(names.nameOf(id)))
    for (const name of changes.groups) {
      const slot = groups.get(name)
      put(groupKey(name), slot === undefined ? null : slotValue(slot))
    }
    takeOffsets(state, put)
    takeConditions(state, put)
    for (const key of changes.goneKeys) taken.push({ key, value: null })
    changes.clear()
  }
  taken.push({ key: partitionKey, value: partitionValue(state) })
  return taken
}

/** What is there again is not gone. */
type Put = (key: string, value: string | null) => void

function takeOffsets({ changes, offsets }: PartitionState, put: Put): void {
  if (changes === null) return
  const { table, transactions } = offsets
  for (const row of changes.rows) {
    // Given up since, and told by its key.
    if (table.index.keyOf(row).length === 0) continue
    put(offsetKey(table, row), table.present[row] === 1 ? offsetValue(table, row) : null)
  }
  for (const producerId of changes.producers) {
    const commits = transactions.of(producerId)
    put(transactionKey(producerId), commits === undefined ? null : transactionValue(table, commits))
  }
}

function takeConditions({ changes, offsets, groups }: PartitionState, put: Put): void {
  if (changes === null) return
  for (const name of changes.conditions) {
    const slot = groups.get(name)
    put(groupConditionKey(name), slot === undefined ? null : groupConditionValue(slot))
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
    put(rowConditionKey(table, row), value)
  }
}

function partitionValue({ cluster, position, timestamp, inHistory, historyEnd }: PartitionState): string {
  const value: StoredPartition = { version: stateVersion, cluster, position, timestamp, inHistory, historyEnd }
  return JSON.stringify(value)
}
