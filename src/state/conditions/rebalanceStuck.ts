import { type Group, isSuspended } from '../group/group.ts'
import { describe, sortedMembers } from '../transition/members.ts'
import type { GroupCondition, GroupContext } from './condition.ts'
import type { Open } from './conditionEvents.ts'
import { threshold, type Values } from './thresholds.ts'

const thresholds = {
  stuckAfterTimeouts: threshold({
    unit: 'times',
    min: 0.1,
    max: 1_000,
    default: 0.5,
    text: 'after how many times the longest rebalance timeout of the members; after 5 s at the earliest.',
  }),
  stuckAfterMs: threshold({
    unit: 'ms',
    min: 1,
    default: null,
    text: 'after how long, in place of `stuckAfterTimeouts`.',
    inPlaceOf: 'stuckAfterTimeouts',
  }),
  rebalanceTimeoutMs: threshold({
    unit: 'ms',
    min: 1,
    default: 300_000,
    text: 'the rebalance timeout of members whose records have none: those of share groups.',
  }),
}
type Settings = Values<typeof thresholds>
export type RebalanceTimeout = Pick<Settings, 'rebalanceTimeoutMs'>

/**
 * A rebalance that started and does not complete. It counts from the first start, also where the epoch grows again on the
 * way. No record has the start of a classic rebalance: it counts from the first sample that shows it.
 */
export const rebalanceStuck = {
  of: 'group',
  opens: 'rebalance-stuck',
  shortName: 'stuck',
  key: 'stuck',
  thresholds,
  needs: 'records',
  initial: null,
  judge,
  judgeSampledState,
  deadline: (open, group, settings) => (open === null ? stuckDeadline(group, settings) : Number.POSITIVE_INFINITY),
  end(open, { about, now, emit, lastEpoch }) {
    if (open !== null) emit.close('rebalance-stuck', open, about, now, { epoch: lastEpoch })
  },
  openIn: open => (open === null ? [] : [{ open, topic: null, partition: null }]),
} as const satisfies GroupCondition<Open | null, Settings>

function judge(open: Open | null, context: GroupContext<Settings>): Open | null {
  const { group, classic, settings, now, about, emit } = context
  if (group === null) return open
  if (open !== null) {
    if (isRebalancing(group) || classic !== null) return open
    emit.close('rebalance-stuck', open, about, now, { epoch: group.epoch })
    return null
  }
  // Between samples it may have ended: only a sample that shows it opens.
  if (classic !== null) return null
  const deadline = stuckDeadline(group, settings)
  if (deadline > now) return null
  const laggingMembers = sortedMembers(group)
    .filter(member => !isSuspended(member) && !(member.stable && member.epoch === group.epoch))
    .map(describe)
  return emit.open('rebalance-stuck', about, deadline, { epoch: group.epoch, laggingMembers })
}

function judgeSampledState(open: Open | null, context: GroupContext<Settings>): Open | null {
  const { group, classic, settings, now, about, emit } = context
  if (open !== null || group === null || classic === null) return judge(open, context)
  const deadline = classic.seenAt + stuckAfter(group, settings)
  if (deadline > now) return null
  return emit.open('rebalance-stuck', about, deadline, { epoch: null, laggingMembers: null })
}

/** A rebalance has started and not completed, as far as records tell. */
export function isRebalancing(group: Group | null): boolean {
  return group !== null && group.rebalanceStartedAt !== null
}

/** A heartbeat interval, after which a member knows its new assignment. */
const shortestMs = 5_000

/** When the rebalance whose start a record showed has taken too long; Infinity where none is under way. */
function stuckDeadline(group: Group | null, settings: Settings): number {
  if (group === null || group.rebalanceStartedAt === null) return Number.POSITIVE_INFINITY
  return group.rebalanceStartedAt + stuckAfter(group, settings)
}

function stuckAfter(group: Group, settings: Settings): number {
  const { stuckAfterMs, stuckAfterTimeouts } = settings
  return stuckAfterMs ?? Math.max(shortestMs, stuckAfterTimeouts * rebalanceTimeoutOf(group, settings))
}

/** The longest rebalance timeout of the members: the group may wait for the slowest of them. */
export function rebalanceTimeoutOf(group: Group, settings: RebalanceTimeout): number {
  let timeout = 0
  for (const { described, rebalanceTimeoutMs } of group.members.values()) {
    if (!described) continue
    timeout = Math.max(timeout, rebalanceTimeoutMs ?? settings.rebalanceTimeoutMs)
  }
  return timeout
}
