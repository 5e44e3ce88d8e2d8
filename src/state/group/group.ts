import type { GroupType } from '../../events/envelope.ts'
import { Members, type ReadonlyMembers } from './members.ts'

/**
 * The state of one group of any kind. A transition works on a draft, so that "before" and "after" can be compared; at
 * its end only "after" is left (`members.seal`).
 */
export interface Group {
  readonly name: string
  readonly type: GroupType
  /** Classic: generation. Others: group epoch. 0 before the first record that has one. */
  readonly epoch: number
  /** Epoch of the target assignment; 0 for classic groups. */
  readonly targetEpoch: number
  /**
   * Epoch at which the last rebalance completed, or at which the group was last empty; null: unknown, because the
   * history before the first read ended during a rebalance.
   */
  readonly settledEpoch: number | null
  /**
   * What every member held when the group was last settled: the "before" of the next rebalance. Empty where unknown.
   */
  readonly settled: ReadonlyMap<string, Holding>
  /** Time of the first `rebalance-started` since the group was settled; null when none is open. */
  readonly rebalanceStartedAt: number | null
  /**
   * When the last member left, `unknown` if before the first read; null for a group that has members, or never had any.
   */
  readonly emptiedAt: number | 'unknown' | null
  /** Position of its last metadata record (GROUP_METADATA and the like); null before the first. */
  readonly metadataAt: Placed | null
  /** Topic id → name, from the group's own records (namedTopics.ts). */
  readonly topicNames: ReadonlyMap<string, string>
  readonly protocolType: string | null
  readonly protocol: string | null
  readonly leader: string | null
  /** Protocol and leader of the last generation that had members; classic groups only. */
  readonly lastProtocol: string | null
  readonly lastLeader: string | null
  readonly members: ReadonlyMembers
  /** Consumer groups: the topics that the broker found for a regular expression of the members. */
  readonly regexes: ReadonlyMap<string, readonly string[]>
  /** Streams groups: epoch of the topology record, and of the one that the broker found its topics for. -1: none. */
  readonly topologyEpoch: number
  readonly validatedTopologyEpoch: number
}

/** The position of a record in `__consumer_offsets`. */
export interface Placed {
  readonly offset: number
  readonly timestamp: number
}

export interface Member {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  readonly rack: string | null
  /**
   * Null where the records do not contain it (streams members, protocol types other than `consumer`), or where it
   * cannot be read.
   */
  readonly subscription: Subscription | null
  readonly rebalanceTimeoutMs: number | null
  readonly sessionTimeoutMs: number | null
  /** Null where its bytes cannot be read: unknown, not empty. */
  readonly assignment: Assignment | null
  /** Partitions that the member was told to revoke and has not revoked yet: it still holds them. */
  readonly pendingRevocation: Assignment
  /** The target assignment of the coordinator; empty for classic members. No event depends on it. */
  readonly target: Assignment
  /** memberEpoch of its last CurrentMemberAssignment, null before the first; -2: a static member that is away (KIP-848). */
  readonly epoch: number | null
  /** Log position of that CurrentMemberAssignment, where history holds it; else -1. */
  readonly assignedAt: number
  /** Its last CurrentMemberAssignment is stable, with nothing pending. */
  readonly stable: boolean
  /** False for a member with only an assignment: it counts once its own record comes. */
  readonly described: boolean
}

export interface Subscription {
  /** Sorted, each name once. */
  readonly topics: readonly string[]
  readonly regex: string | null
}

/** Topic (its `keyedBy` form) → partitions, ascending. */
export type Assignment = ReadonlyMap<string, readonly number[]>

/**
 * How an assignment identifies topics: classic by topic name, consumer and share by topic id, streams by subtopology.
 */
export type KeyedBy = 'topic' | 'topicId' | 'subtopology'

export interface Holding {
  readonly clientId: string
  readonly keyedBy: KeyedBy
  /** Null: unknown. */
  readonly assignment: Assignment | null
}

/** A group during a transition. */
export type GroupDraft = { -readonly [K in keyof Group]: Group[K] } & { members: Members }

export const noPartitions: Assignment = new Map()
const noRegexes: ReadonlyMap<string, readonly string[]> = new Map()
/** Shared by all groups without members: there can be a million of them. */
export const noHoldings: ReadonlyMap<string, Holding> = new Map()
export const noNames: ReadonlyMap<string, string> = new Map()

export function newGroup(name: string, type: GroupType): GroupDraft {
  return {
    name,
    type,
    epoch: 0,
    targetEpoch: 0,
    settledEpoch: 0,
    settled: noHoldings,
    rebalanceStartedAt: null,
    emptiedAt: null,
    metadataAt: null,
    topicNames: noNames,
    protocolType: type === 'classic' || type === 'simple' ? null : type,
    protocol: null,
    leader: null,
    lastProtocol: null,
    lastLeader: null,
    members: new Members(),
    regexes: noRegexes,
    topologyEpoch: -1,
    validatedTopologyEpoch: -1,
  }
}

export function draftOf(group: Group): GroupDraft {
  return { ...group, members: group.members.draft() }
}

export function newMember(id: string): Member {
  return {
    id,
    instanceId: null,
    clientId: '',
    host: '',
    rack: null,
    subscription: null,
    rebalanceTimeoutMs: null,
    sessionTimeoutMs: null,
    assignment: noPartitions,
    pendingRevocation: noPartitions,
    target: noPartitions,
    epoch: null,
    assignedAt: -1,
    stable: false,
    described: false,
  }
}

export function keyedBy(type: GroupType): KeyedBy {
  switch (type) {
    case 'classic':
    case 'simple':
      return 'topic'
    case 'consumer':
    case 'share':
      return 'topicId'
    case 'streams':
      return 'subtopology'
  }
}

/** The members with a record of their own. */
export function membersOf(group: Group | null): Member[] {
  const members: Member[] = []
  if (group === null) return members
  for (const member of group.members.values()) if (member.described) members.push(member)
  return members
}

/** Those of these ids that have a record of their own. */
export function membersAmong(group: Group | null, ids: Iterable<string>): Member[] {
  const members: Member[] = []
  if (group === null) return members
  for (const id of ids) {
    const member = group.members.get(id)
    if (member?.described === true) members.push(member)
  }
  return members
}

/**
 * False where a member's assignment or subscription cannot be read: then nothing is evaluated that depends on who owns
 * or subscribes to what. Only members of classic groups have bytes that their clients wrote.
 */
export function isReadable({ type, members }: Group): boolean {
  return type !== 'classic' || !members.some(member => member.assignment === null || member.subscription === null)
}

export function memberCount(group: Group | null): number {
  return group === null ? 0 : group.members.described
}

/** A KIP-848 static member that closed and may come back: memberEpoch -2. */
export function isSuspended(member: Member): boolean {
  return member.epoch === -2
}

/** Code-point order (Kafka and other languages' tools sort like this), unlike the UTF-16 order of `<`. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    // Surrogates stand for code points above every other UTF-16 unit.
    const xHigh = x >= 0xd800 && x <= 0xdfff
    const yHigh = y >= 0xd800 && y <= 0xdfff
    if (xHigh !== yHigh) return xHigh ? 1 : -1
    return x - y
  }
  return a.length - b.length
}

export function subscriptionOf(topics: Iterable<string>, regex: string | null): Subscription {
  return { topics: [...new Set(topics)].sort(compareText), regex: regex === '' ? null : regex }
}

/** An empty `client.rack` counts as none. */
export function rackOf(rack: string | null | undefined): string | null {
  return rack === undefined || rack === '' ? null : rack
}

export function sameSubscription(a: Subscription | null, b: Subscription | null): boolean {
  if (a === null || b === null) return a === b
  return (
    a.regex === b.regex && a.topics.length === b.topics.length && a.topics.every((topic, i) => topic === b.topics[i])
  )
}

/** Two unreadable values count as equal: they are not evidence of a change. */
export function sameAssignment(a: Assignment | null, b: Assignment | null): boolean {
  if (a === b) return true
  if (a === null || b === null || a.size !== b.size) return false
  for (const [topic, partitions] of a) {
    const others = b.get(topic)
    if (others === partitions) continue
    if (others === undefined || others.length !== partitions.length) return false
    if (partitions.some((partition, at) => partition !== others[at])) return false
  }
  return true
}

/** Merges entries of the same topic, sorts and deduplicates partitions; drops empty topics. */
export function assignmentOf(entries: Iterable<readonly [string, readonly number[]]>): Assignment {
  const merged = new Map<string, number[]>()
  for (const [topic, partitions] of entries) {
    if (partitions.length === 0) continue
    const known = merged.get(topic)
    if (known === undefined) merged.set(topic, [...partitions])
    else known.push(...partitions)
  }
  const result = new Map<string, readonly number[]>()
  for (const topic of [...merged.keys()].sort(compareText)) {
    const partitions = (merged.get(topic) ?? []).sort((a, b) => a - b)
    result.set(
      topic,
      partitions.filter((partition, i) => i === 0 || partition !== partitions[i - 1]),
    )
  }
  return result
}
