import {
  groupKey,
  offsetKey,
  offsetValue,
  partitionKey,
  type StateChange,
  type StateEntry,
  type StoredPartition,
  slotValue,
  stateVersion,
  topicKey,
  transactionKey,
  transactionValue,
} from './entry.ts'
import type { PartitionState } from './partition.ts'

/** All of a partition's state; a state that `restoreEntry` made of it goes on exactly as this one would. */
export function* encodeState(state: PartitionState): Generator<StateEntry> {
  for (const [id, name] of state.names.entries()) yield { key: topicKey(id), value: JSON.stringify(name) }
  for (const slot of state.groups.values()) {
    const value = slotValue(slot)
    if (value !== null) yield { key: groupKey(slot.name), value }
  }
  const { table, transactions } = state.offsets
  for (const row of table.rows()) {
    if (table.present[row] === 1) yield { key: offsetKey(table, row), value: offsetValue(table, row) }
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
    for (const id of changes.topicIds) taken.push({ key: topicKey(id), value: JSON.stringify(names.nameOf(id)) })
    for (const name of changes.groups) {
      const slot = groups.get(name)
      taken.push({ key: groupKey(name), value: slot === undefined ? null : slotValue(slot) })
    }
    takeOffsets(state, taken)
    changes.clear()
  }
  taken.push({ key: partitionKey, value: partitionValue(state) })
  return taken
}

function takeOffsets(state: PartitionState, taken: StateChange[]): void {
  const { changes, offsets } = state
  if (changes === null) return
  const { table, transactions } = offsets
  const { goneOffsets } = changes
  for (let at = 0; at < changes.rowCount; at++) {
    const row = changes.rows[at] as number
    // Given up since, and told by its key.
    if (table.index.keyOf(row).length === 0) continue
    const key = offsetKey(table, row)
    goneOffsets.delete(key)
    taken.push({ key, value: table.present[row] === 1 ? offsetValue(table, row) : null })
  }
  for (const key of goneOffsets) taken.push({ key, value: null })
  for (const producerId of changes.producers) {
    const commits = transactions.of(producerId)
    taken.push({
      key: transactionKey(producerId),
      value: commits === undefined ? null : transactionValue(table, commits),
    })
  }
}

function partitionValue({ cluster, position, timestamp, inHistory, historyEnd }: PartitionState): string {
  const value: StoredPartition = { version: stateVersion, cluster, position, timestamp, inHistory, historyEnd }
  return JSON.stringify(value)
}
