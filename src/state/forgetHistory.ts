import { conditionsAfterHistory } from './conditions/groupConditions.ts'
import { setGroup } from './group/groupSlot.ts'
import type { PartitionState } from './partition.ts'
import { noteGroupChanges } from './stored/groupChanges.ts'
import { groupAfterHistory } from './transition/afterHistory.ts'

/**
 * The end of history: the remaining state is a function of the last record of each live key and of the open
 * transactions, whether or not the log was compacted.
 */
export function forgetHistory(state: PartitionState): void {
  const { groups, changes, offsets } = state
  for (const slot of groups.values()) {
    const after = groupAfterHistory(slot.group, slot.offsets)
    if (changes !== null) noteGroupChanges(changes, slot.group, after)
    slot.lastType = 'simple'
    setGroup(slot, after)
    slot.conditions = conditionsAfterHistory(after)
    changes?.conditions.add(slot.name)
  }
  offsets.endHistory(groups)
  for (const slot of groups.values()) state.releaseSlot(slot)
}
