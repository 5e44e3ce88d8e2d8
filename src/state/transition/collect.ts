import { groupOf } from '../../coordinator/decode.ts'
import type { RecordCursor } from '../../kafka/records/recordCursor.ts'
import type { GroupSlot } from '../group/groupSlot.ts'
import type { OffsetChanges, Offsets } from '../offsets/offsets.ts'
import type { PlacedRecord } from './replayRecords.ts'

/** The changes of a batch to one group. */
export interface Collected {
  readonly slot: GroupSlot
  /** Records about the group itself, in log order. */
  readonly records: PlacedRecord[]
  readonly changes: OffsetChanges
  /** Ordinals continue from the transition before: groups of one marker share its position. */
  readonly continues: boolean
}

/**
 * The transitions of a plain batch, one for each group, in the order of their last records. `cursor` is the one that it
 * was read with.
 */
export function collectTransitions(
  offsets: Offsets,
  records: readonly PlacedRecord[],
  { cursor, slotOf }: { readonly cursor: RecordCursor; readonly slotOf: (name: string) => GroupSlot },
): Collected[] {
  const transitions = new Map<string, Collected>()
  for (const [slot, changes] of offsets.changes(cursor))
    transitions.set(slot.name, { slot, records: [], changes, continues: false })
  for (const placed of records) {
    const { offset: position, timestamp } = placed.at
    const name = groupOf(placed.record)
    let transition = transitions.get(name)
    if (transition === undefined) {
      const changes = { commits: [], recreations: [], position, timestamp }
      transition = { slot: slotOf(name), records: [], changes, continues: false }
      transitions.set(name, transition)
    }
    transition.records.push(placed)
    if (position >= transition.changes.position) Object.assign(transition.changes, { position, timestamp })
  }
  for (const [name, place] of offsets.strays) {
    const changes = transitions.get(name)?.changes
    if (changes !== undefined && place.position > changes.position) Object.assign(changes, place)
  }
  return [...transitions.values()].sort((a, b) => a.changes.position - b.changes.position)
}
