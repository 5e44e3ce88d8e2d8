import { type Group, isSuspended } from '../group/group.ts'
import { describe, sortedMembers } from '../transition/members.ts'
import type { ConditionSettings } from './settings.ts'
import type { About, Open, Teller } from './tell.ts'

/**
 * `rebalance-stuck`: a rebalance that started and does not complete. Counts from its first start, also where the epoch
 * grows again on the way; of classic groups no record tells a start.
 */
export interface StuckContext {
  readonly group: Group | null
  readonly settings: ConditionSettings
  readonly now: number
  readonly about: About
  readonly tell: Teller
  /** Epoch to tell where the group is gone. */
  readonly lastEpoch: number
}

export function judgeStuck(open: Open | null, context: StuckContext): Open | null {
  const { group, settings, now, about, tell, lastEpoch } = context
  const deadline = stuckDeadline(group, settings)
  if (open !== null) {
    if (isRebalancing(group)) return open
    tell.close('rebalance-stuck', open, about, now, { epoch: group?.epoch ?? lastEpoch })
    return null
  }
  if (group === null || deadline > now) return null
  const laggingMembers = sortedMembers(group)
    .filter(member => !isSuspended(member) && !(member.stable && member.epoch === group.epoch))
    .map(describe)
  return tell.open('rebalance-stuck', about, deadline, { epoch: group.epoch, laggingMembers })
}

/** A rebalance has started and not completed, as far as records tell. */
export function isRebalancing(group: Group | null): boolean {
  return group !== null && group.rebalanceStartedAt !== null
}

/** A heartbeat interval, in which a member hears of its new assignment. */
const shortestMs = 5_000

/** When the rebalance that is under way has taken too long; Infinity where none is. */
export function stuckDeadline(group: Group | null, settings: ConditionSettings): number {
  if (group === null || group.rebalanceStartedAt === null) return Number.POSITIVE_INFINITY
  const { stuckAfterMs, stuckAfterTimeouts } = settings
  const byTimeouts = () => Math.max(shortestMs, stuckAfterTimeouts * rebalanceTimeoutOf(group, settings))
  return group.rebalanceStartedAt + (stuckAfterMs ?? byTimeouts())
}

/** The longest rebalance timeout of the members: the group may wait for the slowest of them. */
export function rebalanceTimeoutOf(group: Group, settings: ConditionSettings): number {
  let timeout = 0
  for (const { described, rebalanceTimeoutMs } of group.members.values()) {
    if (!described) continue
    timeout = Math.max(timeout, rebalanceTimeoutMs ?? settings.rebalanceTimeoutMs)
  }
  return timeout
}
