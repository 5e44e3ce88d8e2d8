import { RowWatch } from '../conditions/rowWatch.ts'
import { topicSlot } from '../group/groupSlot.ts'
import { keyBytes } from '../offsets/keyBytes.ts'
import { findRow } from '../offsets/rowFinder.ts'
import type { PartitionState } from '../partition.ts'
import { decodeOffset, decodeRowConditions, type StoredOffset, type StoredRowConditions } from './storedOffsets.ts'

/** The parts of a key after its kind. */
export type Place = readonly (string | number)[]

export function restoreOffset(state: PartitionState, place: Place, value: string | null): void {
  const { table } = state.offsets
  if (value === null) return takeAway(state, place, row => table.clear(row))
  const row = rowOf(state, place)
  decodeOffset(table, row, JSON.parse(value) as StoredOffset)
  if (table.watch !== null) table.watch.offsets[row] = table.offsets[row] as number
}

export function restoreRowConditions(state: PartitionState, place: Place, value: string | null): void {
  const { table } = state.offsets
  if (value === null) return takeAway(state, place, row => table.watch?.clear(row))
  const row = rowOf(state, place)
  if (table.watch === null) {
    table.watch = new RowWatch()
    table.watch.reserve(table.flags.length)
  }
  const { watch } = table
  watch.clear(row)
  watch.stored[row] = 1
  // The entry of the offset itself comes before this one or after it.
  watch.offsets[row] = table.offsets[row] ?? 0
  decodeRowConditions(watch, row, JSON.parse(value) as StoredRowConditions)
}

function takeAway(state: PartitionState, place: Place, clear: (row: number) => void): void {
  const row = findRow(state.offsets.table, ...namesOf(place))
  if (row < 0) return
  const slot = state.offsets.table.groupOf(row)
  clear(row)
  state.offsets.table.releaseIfEmpty(row)
  state.releaseSlot(slot)
}

/** The row of an offset; creates it when there is none. */
export function rowOf(state: PartitionState, place: Place): number {
  const [group, topic, partition] = namesOf(place)
  const known = findRow(state.offsets.table, group, topic, partition)
  if (known >= 0) return known
  const slot = state.slotOf(group)
  return state.offsets.table.add(keyBytes(group, topic, partition), slot, topicSlot(slot, topic), partition)
}

function namesOf([group, topic, partition]: Place): [group: string, topic: string, partition: number] {
  return [String(group), String(topic), Number(partition)]
}
