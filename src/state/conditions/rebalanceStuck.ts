import { type Group, isSuspended } from '../group/group.ts'
import { describe, sortedMembers } from '../transition/members.ts'
import type { ClassicRebalance } from './classicRebalance.ts'
import type { ConditionSettings } from './settings.ts'
import type { About, Open, Teller } from './tell.ts'

/**
 * `rebalance-stuck`: a rebalance that started and does not complete. Counts from its first start, also where the epoch
 * grows again on the way. No record has the start of a classic rebalance: it counts from the first sample that shows it.
 */
export interface StuckContext {
  readonly group: Group | null
  /** The rebalance of a classic group that samples show; null: none. */
  readonly classic: ClassicRebalance | null
  /** True where a sample of this time shows it. Between samples it may have ended: then it does not open. */
  readonly isShown?: boolean
  readonly settings: ConditionSettings
  readonly now: number
  readonly about: About
  readonly tell: Teller
  /** Epoch to tell where the group is gone. */
  readonly lastEpoch: number
}

export function judgeStuck(open: Open | null, context: StuckContext): Open | null {
  const { group, classic, isShown = false, settings, now, about, tell, lastEpoch } = context
  if (open !== null) {
    if (isRebalancing(group) || (group !== null && classic !== null)) return open
    tell.close('rebalance-stuck', open, about, now, { epoch: group?.epoch ?? lastEpoch })
    return null
  }
  if (group === null) return null
  if (classic !== null) {
    const deadline = classic.seenAt + stuckAfter(group, settings)
    if (!isShown || deadline > now) return null
    return tell.open('rebalance-stuck', about, deadline, { epoch: null, laggingMembers: null })
  }
  const deadline = stuckDeadline(group, settings)
  if (deadline > now) return null
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

/** When the rebalance whose start a record showed has taken too long; Infinity where none is under way. */
export function stuckDeadline(group: Group | null, settings: ConditionSettings): number {
  if (group === null || group.rebalanceStartedAt === null) return Number.POSITIVE_INFINITY
  return group.rebalanceStartedAt + stuckAfter(group, settings)
}

function stuckAfter(group: Group, settings: ConditionSettings): number {
  const { stuckAfterMs, stuckAfterTimeouts } = settings
  return stuckAfterMs ?? Math.max(shortestMs, stuckAfterTimeouts * rebalanceTimeoutOf(group, settings))
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
