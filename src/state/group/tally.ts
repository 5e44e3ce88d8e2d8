import type { Draft } from '../transition/draft.ts'
import type { GroupSlot } from './groupSlot.ts'

/** Counts what a transition did to a group. A group that ended takes its counts with it. */
export function noteTally(slot: GroupSlot, drafts: readonly Draft[]): void {
  for (const draft of drafts) {
    switch (draft.type) {
      case 'group-deleted':
        slot.tally = null
        break
      case 'rebalance': {
        const tally = tallyOf(slot)
        tally.rebalances++
        tally.durationMs = draft.data.durationMs
        break
      }
      case 'member-joined':
      case 'member-left':
        tallyOf(slot).churn++
        break
      default:
        break
    }
  }
}

function tallyOf(slot: GroupSlot) {
  slot.tally ??= { rebalances: 0, churn: 0, durationMs: null }
  return slot.tally
}
