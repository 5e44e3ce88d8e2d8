import type { Draft } from '../transition/draft.ts'
import type { GroupSlot } from './groupSlot.ts'

/** Counts what a transition did to a group. A group that ended takes its counts with it. */
export function noteTally(slot: GroupSlot, drafts: readonly Draft[]): void {
  for (const { type, data } of drafts) {
    if (type === 'group-deleted') slot.tally = null
    else if (type === 'member-joined' || type === 'member-left') tallyOf(slot).churn++
    else if (type === 'rebalance') {
      const tally = tallyOf(slot)
      tally.rebalances++
      tally.durationMs = data.durationMs
    }
  }
}

function tallyOf(slot: GroupSlot) {
  slot.tally ??= { rebalances: 0, churn: 0, durationMs: null }
  return slot.tally
}
