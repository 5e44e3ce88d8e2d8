import { type Group, isReadable, keyedBy } from '../group/group.ts'
import { heldBy } from '../group/holdings.ts'
import { sortedMembers } from '../transition/members.ts'
import type { GroupCondition, GroupContext, StoredElements } from './condition.ts'
import type { Open } from './conditionEvents.ts'
import { isRebalancing } from './rebalanceStuck.ts'
import { threshold, type Values } from './thresholds.ts'

const thresholds = {
  unassignedAfterMs: threshold({
    unit: 'ms',
    min: 0,
    default: 60_000,
    text: 'how long a partition of a subscribed topic may have no owner.',
  }),
}
type Settings = Values<typeof thresholds>
type Context = GroupContext<Settings>

/** Subscribed partitions of a group without an owner. */
export interface Unassigned {
  /** The partitions of each subscribed topic at the last check. */
  readonly counts: ReadonlyMap<string, number>
  readonly unowned: readonly Unowned[]
}

interface Unowned {
  readonly topic: string
  readonly partition: number
  /** Since when it has had no owner, ms. */
  readonly since: number
  readonly open: Open | null
}

const allAssigned: Unassigned = { counts: new Map(), unowned: [] }

type StoredUnowned = readonly [partition: number, since: number, open: Open | null]
type StoredTopic = readonly [count: number | null, ...unowned: readonly StoredUnowned[]]

const elements: StoredElements<Unassigned> = {
  kind: 'unassigned',
  encode({ counts, unowned }) {
    const unownedOf = Map.groupBy(unowned, ({ topic }) => topic)
    const topics = new Set([...counts.keys(), ...unownedOf.keys()])
    return new Map(
      [...topics].map(topic => {
        const list = (unownedOf.get(topic) ?? []).map(({ partition, since, open }) => [partition, since, open] as const)
        return [topic, JSON.stringify([counts.get(topic) ?? null, ...list] satisfies StoredTopic)]
      }),
    )
  },
  decode(_none, topics) {
    const counts = new Map<string, number>()
    const unowned: Unowned[] = []
    for (const [topic, value] of [...topics].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const [count, ...list] = value as StoredTopic
      if (count !== null) counts.set(String(topic), count)
      for (const [partition, since, open] of list) unowned.push({ topic: String(topic), partition, since, open })
    }
    return { counts, unowned }
  },
}

/** A subscribed partition without an owner. */
export const partitionUnassigned = {
  of: 'group',
  opens: 'partition-unassigned',
  shortName: 'unassigned',
  key: 'unassigned',
  thresholds,
  needs: 'partition counts',
  initial: allAssigned,
  judge: (state, context) => (state.unowned.length === 0 ? state : judgeUnowned(findUnowned(state, context), context)),
  judgeTopics: (state, context) => judgeUnowned(findUnowned(state, context), context),
  deadline: (state, group, settings) =>
    group === null || isRebalancing(group) || !isReadable(group)
      ? Number.POSITIVE_INFINITY
      : unassignedDeadline(state, settings),
  end(state, context) {
    findUnowned(state, context)
  },
  openIn: ({ unowned }) =>
    unowned.flatMap(({ topic, partition, open }) => (open === null ? [] : [{ open, topic, partition }])),
  encode: () => undefined,
  decode: () => allAssigned,
  elements,
} as const satisfies GroupCondition<Unassigned, Settings>

/** Determines the partitions without an owner: new ones count from the last rebalance. */
function findUnowned(state: Unassigned, context: Context): Unassigned {
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
      // A clock that was ahead and is set back must not delay it for that long.
      unowned.push(entry.since > now ? { ...entry, since: now } : entry)
      known.delete(place)
    }
  }
  for (const entry of known.values()) close(entry, context)
  return isSame(state, { counts, unowned }) ? state : { counts, unowned }
}

/** While owners are unknown, time does not count, and open conditions stay open. */
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
function judgeUnowned(state: Unassigned, context: Context): Unassigned {
  const { settings, now, about, emit, group } = context
  if (group === null || isRebalancing(group) || unassignedDeadline(state, settings) > now) return state
  const unowned = state.unowned.map(entry => {
    const { topic, partition, since, open } = entry
    const deadline = since + settings.unassignedAfterMs
    if (open !== null || deadline > now) return entry
    return { ...entry, open: emit.open('partition-unassigned', about, deadline, { topic, partition }) }
  })
  return { ...state, unowned }
}

/** When the next of them is due; Infinity where none is. */
function unassignedDeadline({ unowned }: Unassigned, settings: Settings): number {
  let deadline = Number.POSITIVE_INFINITY
  for (const { since, open } of unowned) {
    if (open === null) deadline = Math.min(deadline, since + settings.unassignedAfterMs)
  }
  return deadline
}

function close({ topic, partition, open }: Unowned, { now, about, emit }: Context): void {
  if (open !== null) emit.close('partition-unassigned', open, about, now, { topic, partition })
}

interface Demand {
  readonly topics: ReadonlySet<string>
  readonly owned: ReadonlyMap<string, ReadonlySet<number>>
}

const nothingWanted: Demand = { topics: new Set(), owned: new Map() }

/** What the members want and what they hold, by topic name; null where the records do not tell. */
function demandOf(group: Group, { names, topicOf }: Context): Demand | null {
  const topics = new Set<string>()
  const owned = new Map<string, Set<number>>()
  const isById = keyedBy(group.type) === 'topicId'
  let last: readonly string[] | null = null
  for (const member of sortedMembers(group)) {
    if (member.subscription === null) return null
    // Members of a group nearly always share one list.
    if (member.subscription.topics !== last) for (const topic of member.subscription.topics) topics.add(topic)
    last = member.subscription.topics
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

function isAnotherId(topic: ReturnType<Context['topicOf']>, id: string): boolean {
  return topic !== null && typeof topic !== 'string' && topic.id !== null && topic.id !== id
}

function placeOf(topic: string, partition: number): string {
  return `${partition} ${topic}`
}
