import { type Group, isReadable, isSuspended, type Member, memberCount, membersOf } from '../group/group.ts'
import { heldBy } from '../group/holdings.ts'
import { sortedMembers } from '../transition/members.ts'
import type { GroupCondition, GroupContext } from './condition.ts'
import type { Open } from './conditionEvents.ts'
import type { StormSettings } from './rebalanceStorm.ts'
import { isRebalancing } from './rebalanceStuck.ts'
import { threshold, type Values } from './thresholds.ts'

const thresholds = {
  skewRatio: threshold({
    unit: 'times',
    min: 1,
    default: 2,
    text: 'a member that holds at least this multiple of the mean counts as skewed.',
  }),
}
type Settings = Values<typeof thresholds> & Pick<StormSettings, 'stormBurstMs'>

export interface Skew {
  readonly open: Open | null
  /** When the last completed assignment is to be evaluated; null: done. */
  readonly judgeAt: number | null
}

const noSkew: Skew = { open: null, judgeAt: null }

/** An assignment in which one member holds far more than others. */
export const assignmentSkewed = {
  of: 'group',
  opens: 'assignment-skewed',
  shortName: 'skewed',
  key: 'skew',
  thresholds,
  needs: 'records',
  initial: noSkew,
  // The assignment of a settled group has yet to be evaluated.
  afterHistory(group) {
    const isSettled = memberCount(group) > 0 && group.settledEpoch !== null
    return { ...noSkew, judgeAt: isSettled ? (group.metadataAt?.timestamp ?? null) : null }
  },
  note(skew, { before, after, drafts, time }, { stormBurstMs }) {
    if (!drafts.some(({ type }) => type === 'rebalance')) return skew
    return { ...skew, judgeAt: isHandingOver(before, after) ? time + stormBurstMs : time }
  },
  judge,
  // Assignments are evaluated when they are complete and readable.
  deadline: ({ judgeAt }, group) =>
    judgeAt === null || group === null || isRebalancing(group) || !isReadable(group)
      ? Number.POSITIVE_INFINITY
      : judgeAt,
  end({ open }, { about, now, emit }) {
    if (open !== null) emit.close('assignment-skewed', open, about, now, {})
  },
  openIn: ({ open }) => (open === null ? [] : [{ open, topic: null, partition: null }]),
} as const satisfies GroupCondition<Skew, Settings>

/** Evaluates the assignment when it is due; an open condition also when there is only one member left. */
function judge(skew: Skew, { group, settings, now, about, emit }: GroupContext<Settings>): Skew {
  const { open, judgeAt } = skew
  if (open === null && judgeAt === null) return skew
  if (group?.members.some(isPresent) !== true) {
    if (open !== null) emit.close('assignment-skewed', open, about, now, {})
    return noSkew
  }
  // A running rebalance is evaluated at its end; an unreadable assignment when it is readable.
  if (judgeAt === null || judgeAt > now || isRebalancing(group) || !isReadable(group)) return skew
  const members = sortedMembers(group).filter(isPresent)
  const counts = members.map(member => ({
    memberId: member.id,
    clientId: member.clientId,
    partitions: countOf(member),
  }))
  if (isSkewed(members, settings)) {
    return { open: open ?? emit.open('assignment-skewed', about, judgeAt, { counts }), judgeAt: null }
  }
  if (open !== null) emit.close('assignment-skewed', open, about, judgeAt, {})
  return noSkew
}

function isPresent(member: Member): boolean {
  return member.described && !isSuspended(member)
}

/** Members with the same subscription are compared with each other: topics of only one member cannot be shared. */
function isSkewed(members: readonly Member[], settings: Settings): boolean {
  const shared = Map.groupBy(members, ({ subscription }) => subscription)
  const alike = Map.groupBy(shared, ([subscription]) => JSON.stringify(subscription))
  return [...alike.values()]
    .map(some => some.flatMap(([, peers]) => peers))
    .some(peers => isUneven(peers.map(countOf), settings))
}

function isUneven(counts: readonly number[], { skewRatio }: Settings): boolean {
  const most = Math.max(...counts)
  const least = Math.min(...counts)
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
  return (most - least > 1 && most >= skewRatio * mean) || (least === 0 && most > 1)
}

function countOf(member: Member): number {
  let count = 0
  for (const partitions of heldBy(member)?.values() ?? []) count += partitions.length
  return count
}

/**
 * True where a partition that had an owner has none now: a cooperative assignor first revokes, and assigns in the next
 * generation. Such an assignment does not show how the work is shared.
 */
function isHandingOver(before: Group | null, after: Group): boolean {
  if (before === null || before.settled.size === 0 || after.type !== 'classic' || !isReadable(after)) return false
  const held = new Map<string, Set<number>>()
  const subscribed = new Set<string>()
  for (const member of membersOf(after)) {
    for (const [topic, partitions] of heldBy(member) ?? []) {
      const places = held.get(topic)
      if (places === undefined) held.set(topic, new Set(partitions))
      else for (const partition of partitions) places.add(partition)
    }
    for (const topic of member.subscription?.topics ?? []) subscribed.add(topic)
  }
  for (const { assignment, keyedBy } of before.settled.values()) {
    if (keyedBy !== 'topic' || assignment === null) continue
    for (const [topic, partitions] of assignment) {
      if (!subscribed.has(topic)) continue
      const places = held.get(topic)
      if (partitions.some(partition => places?.has(partition) !== true)) return true
    }
  }
  return false
}
