import type { GroupType, Int64, KoffEvent } from '../events/envelope.ts'
import type { groupStatuses } from '../events/groupState.ts'

/** What a history takes in. The items of one partition of `__consumer_offsets` come in log order. */
export type HistoryItem = EventItem | GroupItem | OffsetsItem | TopicItem | CoverageItem | AwaitedItem

export interface EventItem {
  readonly kind: 'event'
  readonly event: KoffEvent
}

/** After which batch of `__consumer_offsets` something was true. */
export interface ItemPlace {
  readonly cluster: string
  /** Of `__consumer_offsets`. */
  readonly partition: number
  /** The offset after the batch. */
  readonly position: number
  /** Number of the item among those of the same position, from 0: with the position it says whether an item is a repeat. */
  readonly ordinal: number
  /** In ms; never before the time of an earlier position. */
  readonly time: number
}

/** A group after a batch that changed it: all of it, or the members that changed since the item before. */
export interface GroupItem extends ItemPlace {
  readonly kind: 'group'
  readonly group: string
  /** Null: the group is gone. */
  readonly header: GroupHeader | null
  /** True: `members` are all members. False: those that came or changed. */
  readonly isFull: boolean
  readonly members: readonly HistoryMember[]
  /** Ids of members that left, where `isFull` is false. */
  readonly gone: readonly string[]
}

export interface GroupHeader {
  readonly type: GroupType
  readonly epoch: number
  readonly state: (typeof groupStatuses)[number]
  readonly protocolType: string | null
  readonly protocol: string | null
  readonly leader: string | null
}

export interface HistoryMember {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  /** The member's own epoch, −2 for a static member that is away; null for classic members. */
  readonly epoch: number | null
  /** What it holds; null where it cannot be read. */
  readonly held: Held | null
  /** What the coordinator wants it to hold; null for classic members. */
  readonly target: Held | null
}

/** Topic, topic id (consumer and share groups) or subtopology (streams groups) → partitions. */
export type Held = readonly (readonly [key: string, partitions: readonly number[]])[]

/** Committed offsets of a group that changed. */
export interface OffsetsItem extends ItemPlace {
  readonly kind: 'offsets'
  readonly group: string
  readonly points: readonly OffsetPoint[]
}

export interface OffsetPoint {
  readonly topic: string
  readonly partition: number
  /** Null: the offset was deleted. */
  readonly offset: Int64 | null
  /** Log end, as last sampled; null: never sampled. */
  readonly logEnd: number | null
  /** Records between the offset, or the log start where that is higher, and the log end. */
  readonly lag: number | null
  /** Lag in time, ms; null: not known. */
  readonly lagMs: number | null
}

/** What a topic id is called. */
export interface TopicItem {
  readonly kind: 'topic'
  readonly cluster: string
  readonly id: string
  readonly name: string
}

export const knowledgeKinds = ['events', 'owners', 'offsets', 'lag'] as const
/** Kinds of knowledge that a history covers from one time to another. */
export type Knowledge = (typeof knowledgeKinds)[number]

/** The history has all that it is told about a partition of `__consumer_offsets` between two places. */
export interface CoverageItem {
  readonly kind: 'coverage'
  readonly cluster: string
  readonly partition: number
  readonly knows: readonly Knowledge[]
  readonly from: CoveragePlace
  readonly to: CoveragePlace
}

/** Events that were written where the history reads them: until they are there, the coverage that follows has to wait. */
export interface AwaitedItem {
  readonly kind: 'awaited'
  readonly cluster: string
  /** Of `__consumer_offsets`. */
  readonly partition: number
  readonly ids: readonly string[]
}

export interface CoveragePlace {
  readonly position: number
  readonly time: number
}
