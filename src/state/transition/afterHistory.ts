import { type Group, memberCount, noHoldings } from '../group/group.ts'
import { isReconciled, settle } from './rebalances.ts'
import { replayRecords, type Transition } from './replayRecords.ts'

/** A transition in history: the group afterwards, without any meaning. */
export function replayHistory(
  before: Group | null,
  transition: Transition,
): { readonly after: Group | null; readonly isEnded: boolean } {
  if (before !== null && transition.records.length === 0) return { after: before, isEnded: false }
  return replayRecords(before, transition)
}

/**
 * A group at the end of history, as a function of its live records only: compaction may have removed all others. Null:
 * the records show no group. `offsets`: their number.
 */
export function groupAfterHistory(group: Group | null, offsets: number): Group | null {
  // A simple group consists of its offsets.
  if (group === null || (group.type === 'simple' && offsets === 0)) return null
  const hasMembers = memberCount(group) > 0
  const known = {
    ...group,
    emptiedAt: !hasMembers && group.epoch > 0 ? ('unknown' as const) : null,
    lastProtocol: hasMembers ? group.protocol : null,
    lastLeader: hasMembers ? group.leader : null,
  }
  if (!hasMembers || group.type === 'classic' || isReconciled(group)) settle(known)
  else {
    known.settledEpoch = null
    known.settled = noHoldings
    // The rebalance was under way then; its beginning is unknown.
    known.rebalanceStartedAt = group.metadataAt?.timestamp ?? null
  }
  return known
}
