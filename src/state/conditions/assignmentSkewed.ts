import { type Group, isReadable, isSuspended, type Member, membersOf } from '../group/group.ts'
import { heldBy } from '../group/holdings.ts'
import { sortedMembers } from '../transition/members.ts'
import { isRebalancing } from './rebalanceStuck.ts'
import type { ConditionSettings } from './settings.ts'
import type { About, Open, Teller } from './tell.ts'

export interface Skew {
  readonly open: Open | null
  /** When the last completed assignment is to be judged; null: it was. */
  readonly judgeAt: number | null
}

export const noSkew: Skew = { open: null, judgeAt: null }

export interface SkewContext {
  /** Null: gone. */
  readonly group: Group | null
  readonly settings: ConditionSettings
  readonly now: number
  readonly about: About
  readonly tell: Teller
}

/** Judges the assignment when it is due, and an open condition also when nobody is left to share with. */
export function judgeSkew(skew: Skew, { group, settings, now, about, tell }: SkewContext): Skew {
  const { open, judgeAt } = skew
  if (open === null && judgeAt === null) return skew
  if (group?.members.some(isPresent) !== true) {
    if (open !== null) tell.close('assignment-skewed', open, about, now, {})
    return noSkew
  }
  // What is under way is judged when it has completed; what cannot be read, when it can be.
  if (judgeAt === null || judgeAt > now || isRebalancing(group) || !isReadable(group)) return skew
  const members = sortedMembers(group).filter(isPresent)
  const counts = members.map(member => ({
    memberId: member.id,
    clientId: member.clientId,
    partitions: countOf(member),
  }))
  if (isSkewed(members, settings)) {
    return { open: open ?? tell.open('assignment-skewed', about, judgeAt, { counts }), judgeAt: null }
  }
  if (open !== null) tell.close('assignment-skewed', open, about, judgeAt, {})
  return noSkew
}

function isPresent(member: Member): boolean {
  return member.described && !isSuspended(member)
}

/** Members that asked for the same are compared with each other: what nobody else asked for cannot be shared. */
function isSkewed(members: readonly Member[], settings: ConditionSettings): boolean {
  const alike = Map.groupBy(members, ({ subscription }) => JSON.stringify(subscription))
  return [...alike.values()].some(peers => isUneven(peers.map(countOf), settings))
}

function isUneven(counts: readonly number[], { skewRatio }: ConditionSettings): boolean {
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
 * True where something that was held before is held by nobody now: a cooperative assignor first takes away, and gives in
 * the next generation. Such an assignment says nothing of how the work is shared.
 */
export function isHandingOver(before: Group | null, after: Group): boolean {
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
