import { type Group, isReadable, keyedBy } from '../group/group.ts'
import { heldBy } from '../group/holdings.ts'
import type { TopicNames } from '../group/topicNames.ts'
import { sortedMembers } from '../transition/members.ts'
import type { OTHER_LIFE, SampledTopic } from './logEnds.ts'
import { isRebalancing } from './rebalanceStuck.ts'
import type { ConditionSettings } from './settings.ts'
import type { About, Open, Teller } from './tell.ts'

/** Subscribed partitions of one group that nobody owns. */
export interface Unassigned {
  /** Partitions of each subscribed topic when the group was last looked at. */
  readonly counts: ReadonlyMap<string, number>
  readonly unowned: readonly Unowned[]
}

interface Unowned {
  readonly topic: string
  readonly partition: number
  /** Since when it is known to have no owner, ms. */
  readonly since: number
  readonly open: Open | null
}

export const allAssigned: Unassigned = { counts: new Map(), unowned: [] }

export interface UnassignedContext {
  readonly group: Group | null
  /** When the group's last rebalance completed; null: not known. */
  readonly rebalancedAt: number | null
  /** What is known of a topic, by name; null or another life: nothing of the one that the group knows. */
  readonly topicOf: (topic: string) => SampledTopic | typeof OTHER_LIFE | null
  readonly names: TopicNames
  readonly settings: ConditionSettings
  readonly now: number
  readonly about: About
  readonly tell: Teller
}

/** Looks which partitions nobody owns now: those that were not seen so before have been since the last rebalance. */
export function findUnassigned(state: Unassigned, context: UnassignedContext): Unassigned {
  const { group, rebalancedAt, topicOf, now } = context
  if (isRebalancing(group)) return state
  if (group !== null && !isReadable(group)) return onlyOpen(state)
  const demand = group === null ? nothingWanted : demandOf(group, context)
  if (demand === null) return state
  const counts = new Map<string, number>()
  const unowned: Unowned[] = []
  const known = new Map(state.unowned.map(entry => [placeOf(entry.topic, entry.partition), entry]))
  for (const topic of [...demand.topics].sort()) {
    const described = topicOf(topic)
    const count = described === null || typeof described === 'string' ? null : described.partitions
    if (count === null) continue
    counts.set(topic, count)
    const owned = demand.owned.get(topic)
    const before = state.counts.get(topic) ?? 0
    for (let partition = 0; partition < count; partition++) {
      if (owned?.has(partition) === true) continue
      const place = placeOf(topic, partition)
      const since = partition < before ? Math.min(now, rebalancedAt ?? now) : now
      const entry = known.get(place) ?? { topic, partition, since, open: null }
      // A clock that was ahead and is set back must not hold it back for as long.
      unowned.push(entry.since > now ? { ...entry, since: now } : entry)
      known.delete(place)
    }
  }
  for (const entry of known.values()) close(entry, context)
  return isSame(state, { counts, unowned }) ? state : { counts, unowned }
}

/** While nobody can say who owns what, time does not count, and what is open stays open. */
function onlyOpen(state: Unassigned): Unassigned {
  const unowned = state.unowned.filter(({ open }) => open !== null)
  return state.counts.size === 0 && unowned.length === state.unowned.length ? state : { counts: new Map(), unowned }
}

function isSame(a: Unassigned, b: Unassigned): boolean {
  if (a.unowned.length !== b.unowned.length || a.counts.size !== b.counts.size) return false
  for (const [topic, count] of a.counts) if (b.counts.get(topic) !== count) return false
  return a.unowned.every((entry, at) => entry === b.unowned[at])
}

/** Opens what is due. */
export function judgeUnassigned(state: Unassigned, context: UnassignedContext): Unassigned {
  const { settings, now, about, tell, group } = context
  if (group === null || isRebalancing(group) || unassignedDeadline(state, settings) > now) return state
  const unowned = state.unowned.map(entry => {
    const { topic, partition, since, open } = entry
    const deadline = since + settings.unassignedAfterMs
    if (open !== null || deadline > now) return entry
    return { ...entry, open: tell.open('partition-unassigned', about, deadline, { topic, partition }) }
  })
  return { ...state, unowned }
}

/** When the next of them is due; Infinity where none is. */
export function unassignedDeadline({ unowned }: Unassigned, settings: ConditionSettings): number {
  let deadline = Number.POSITIVE_INFINITY
  for (const { since, open } of unowned) {
    if (open === null) deadline = Math.min(deadline, since + settings.unassignedAfterMs)
  }
  return deadline
}

function close({ topic, partition, open }: Unowned, { now, about, tell }: UnassignedContext): void {
  if (open !== null) tell.close('partition-unassigned', open, about, now, { topic, partition })
}

interface Demand {
  readonly topics: ReadonlySet<string>
  readonly owned: ReadonlyMap<string, ReadonlySet<number>>
}

const nothingWanted: Demand = { topics: new Set(), owned: new Map() }

/** What the members want and what they hold, by topic name; null where the records do not tell. */
function demandOf(group: Group, { names, topicOf }: UnassignedContext): Demand | null {
  const topics = new Set<string>()
  const owned = new Map<string, Set<number>>()
  const isById = keyedBy(group.type) === 'topicId'
  for (const member of sortedMembers(group)) {
    if (member.subscription === null) return null
    for (const topic of member.subscription.topics) topics.add(topic)
    for (const [key, partitions] of heldBy(member) ?? []) {
      const topic = isById ? names.nameOf(key) : key
      if (topic === null) return null
      // What a regular expression brought shows in what the member holds.
      if (member.subscription.regex !== null) topics.add(topic)
      // Partitions of a topic that there was before are not those of the one that has its name now.
      if (isById && isAnotherId(topicOf(topic), key)) continue
      let all = owned.get(topic)
      if (all === undefined) owned.set(topic, (all = new Set()))
      for (const partition of partitions) all.add(partition)
    }
  }
  return { topics, owned }
}

function isAnotherId(topic: ReturnType<UnassignedContext['topicOf']>, id: string): boolean {
  return topic !== null && typeof topic !== 'string' && topic.id !== null && topic.id !== id
}

function placeOf(topic: string, partition: number): string {
  return `${partition} ${topic}`
}
