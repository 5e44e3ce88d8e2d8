import { type Group, keyedBy, type Member } from '../group/group.ts'
import { heldBy } from '../group/holdings.ts'
import type { TopicNames } from '../group/topicNames.ts'
import { sortedMembers } from '../transition/members.ts'
import { rebalanceTimeoutOf } from './rebalanceStuck.ts'
import type { ConditionSettings } from './settings.ts'

export interface StallWindow {
  /** Time of the sample that first found the log end ahead, without growth of the committed offset since. */
  readonly since: number
  readonly group: Group
  /** A rebalance runs, by records or by samples. */
  readonly isRebalancing: boolean
  /** When the group's last rebalance completed; null: not known. */
  readonly rebalancedAt: number | null
  readonly settings: ConditionSettings
  /** Time of the present sample. */
  readonly now: number
}

/**
 * From when on the time counts after which a partition that is behind is stalled. While a group rebalances nobody gets on: the
 * time begins anew with a rebalance that runs or has completed, but all of them together move it by no more than the
 * rebalance timeout of the members. So a rebalance within its timeout is no stall, and members that crash again and
 * again cannot hide one.
 */
export function stallBegin({ since, group, isRebalancing, rebalancedAt, settings, now }: StallWindow): number {
  const latestBegin = since + rebalanceTimeoutOf(group, settings)
  const rebalance = isRebalancing ? now : (rebalancedAt ?? since)
  return Math.max(since, Math.min(rebalance, latestBegin))
}

/**
 * `repeating` where a commit came in the last half of the time: someone reads the same again and again, or holds the
 * partition and does not get on. The last commit of a consumer that fell silent lies before that.
 */
export function stallReason(deadline: number, lastCommit: number, afterMs: number): 'repeating' | 'silent' {
  return lastCommit > deadline - afterMs / 2 ? 'repeating' : 'silent'
}

/** The member that holds a partition; null where none does or the records do not say (streams members hold tasks). */
export function ownerOf(group: Group, topic: string, partition: number, names: TopicNames): Member | null {
  const kind = keyedBy(group.type)
  if (kind === 'subtopology') return null
  for (const member of sortedMembers(group)) {
    for (const [key, partitions] of heldBy(member) ?? []) {
      const name = kind === 'topicId' ? names.nameOf(key) : key
      if (name === topic && partitions.includes(partition)) return member
    }
  }
  return null
}
