/**
 * The answers of the HTTP API, as JSON. Times are ms since the epoch. The schema of each route is checked against its type
 * here, and each answer in the tests against its schema. No module of koff but types is imported: the page reads this file.
 */
import type { GroupType, KoffEvent } from '../../events/envelope.ts'

/** An int64: a number while it is exact in every JSON reader, else a decimal string. */
export type JsonInt = number | string

/** What of the time in question the history does not have. */
export interface Coverage {
  readonly complete: boolean
  readonly notKnown: readonly NotKnown[]
}

export interface NotKnown {
  /** Of `__consumer_offsets`. */
  readonly partition: number
  /** `events`, `owners`, `offsets` or `lag`. */
  readonly knows: string
  /** Not known from here on; null: not known from any time on. */
  readonly from: number | null
  /** Up to here; null: without an end. */
  readonly to: number | null
}

export interface AboutAnswer {
  readonly version: string
  readonly mode: ApiMode
  /** All clusters of the history. */
  readonly clusters: readonly string[]
  readonly cluster: string
  /** The clock of koff. */
  readonly now: number
  /** Partitions of `__consumer_offsets` that the history knows, and up to where. */
  readonly readTo: readonly ReadTo[]
  /** The first and the last time that the history covers, of any partition; null: it covers none. */
  readonly known: TimeSpan | null
  /** As `/readyz` has it. */
  readonly ready: boolean
}

/** `run`: beside the work. `serve`: over a history. `page`: over a history that the command made. */
export type ApiMode = 'run' | 'serve' | 'page'

export interface ReadTo {
  readonly partition: number
  readonly position: number
  readonly time: number
  /** To the end that the partition had at the start; absent where koff does not read it. */
  readonly recordsLeft?: number
}

export interface TimeSpan {
  readonly from: number
  readonly to: number
}

export interface OpenCondition {
  /** Of the event that opened it. */
  readonly id: string
  readonly type: string
  readonly severity: string
  readonly since: number
  readonly topic: string | null
  readonly partition: number | null
}

export interface GroupRow {
  readonly group: string
  readonly kind: GroupType
  readonly state: string
  readonly members: number
  /** Partitions with a committed offset. */
  readonly partitions: number
  /** Topics with a committed offset, sorted; at most 20. */
  readonly topics: readonly string[]
  /** Sum over the partitions whose lag is known; null: none is. */
  readonly lag: JsonInt | null
  /** The largest of its partitions; null: not known. */
  readonly lagMs: number | null
  /** When the last rebalance completed; null: none is known. */
  readonly lastRebalance: number | null
  readonly rebalancesLastHour: number
  readonly conditions: readonly OpenCondition[]
}

export interface GroupsAnswer {
  readonly cluster: string
  readonly at: number
  /** Groups that the question finds, on all pages. */
  readonly total: number
  readonly groups: readonly GroupRow[]
  readonly next: string | null
  readonly coverage: Coverage
}

export interface MemberAnswer {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  /** The member's own epoch; null for classic members. */
  readonly epoch: number | null
  /** Topic → partitions; null where it cannot be read. */
  readonly assignment: Readonly<Record<string, readonly number[]>> | null
  readonly targetAssignment: Readonly<Record<string, readonly number[]>> | null
}

type ByPartition<Of> = Readonly<Record<string, Readonly<Record<string, Of>>>>

/** A group as `koff history group` prints it. */
export interface GroupState {
  readonly group: string
  readonly groupType: GroupType
  readonly epoch: number
  readonly state: string
  readonly protocolType: string | null
  readonly protocol: string | null
  readonly leader: string | null
  readonly members: readonly MemberAnswer[]
  /** Topic → partition → committed offset. */
  readonly offsets: ByPartition<JsonInt>
  readonly lag?: ByPartition<JsonInt>
  readonly logEnd?: ByPartition<JsonInt>
}

export interface ConditionAnswer {
  /** Of the event that opened it. */
  readonly id: string
  /** Of the event that closed it; null: it is open, or that event is not known. */
  readonly closeId: string | null
  readonly type: string
  readonly group: string
  readonly severity: string
  readonly topic: string | null
  readonly partition: number | null
  readonly from: number
  /** Null: it is open. */
  readonly to: number | null
  /** What to do; in the answers of /api/conditions. */
  readonly advice?: string
}

export interface GroupAnswer {
  readonly cluster: string
  readonly at: number
  /** Null: the group did not exist then. */
  readonly group: GroupState | null
  /** The last five rebalances before the time, the newest first. */
  readonly rebalances: readonly RebalanceAnswer[]
  /** Open at the time. */
  readonly conditions: readonly ConditionAnswer[]
  readonly coverage: Coverage
}

export interface OwnerAnswer {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
}

/** `to` is null while it lasts; `owner` is an index into `owners`. */
export type PackedInterval = readonly [from: number, to: number | null, owner: number]

export interface LaneAnswer {
  readonly topic: string
  readonly partition: number
  /** By `from`. Of a share group they overlap. Empty: the partition has an offset, and had no owner in the time. */
  readonly intervals: readonly PackedInterval[]
}

export interface TimelineRebalance {
  readonly id: string
  /** When it completed. */
  readonly time: number
  readonly durationMs: number | null
  /** When it began; null: not known. */
  readonly startedAt: number | null
  readonly epochBefore: number | null
  readonly epochAfter: number | null
  /** Partitions that changed their owner. */
  readonly moved: number | null
  /** Members that came and went since the rebalance before. */
  readonly joined: number
  readonly left: number
}

/** Something that happened at one moment: a reset, a step back, the life of the group. */
export interface Flag {
  readonly id: string
  readonly type: string
  readonly time: number
  readonly topic: string | null
  readonly partition: number | null
  /** Offsets, of a reset and a step back. */
  readonly from: JsonInt | null
  readonly to: JsonInt | null
}

export interface TimelineAnswer {
  readonly cluster: string
  readonly group: string
  readonly from: number
  readonly to: number
  /** By topic and partition. `next` continues them; all else comes with the first page. */
  readonly lanes: readonly LaneAnswer[]
  readonly owners: readonly OwnerAnswer[]
  readonly members: readonly { readonly owner: number; readonly from: number; readonly to: number | null }[]
  readonly rebalances: readonly TimelineRebalance[]
  readonly conditions: readonly ConditionAnswer[]
  readonly flags: readonly Flag[]
  /** Where there is more than an answer holds, the newest is in it; null: it has all. */
  readonly truncated: {
    /** Rebalances and flags before this time are left out. */
    readonly marksBefore?: number
    readonly conditionsBefore?: number
    readonly membersBefore?: number
  } | null
  readonly next: string | null
  readonly coverage: Coverage
}

export type ProgressPoint = readonly [
  time: number,
  offset: JsonInt | null,
  logEnd: JsonInt | null,
  lag: JsonInt | null,
  lagMs: number | null,
]
export type ProgressTotal = readonly [time: number, lag: number | null, lagMs: number | null]

export interface ProgressAnswer {
  readonly cluster: string
  readonly group: string
  readonly from: number
  readonly to: number
  /** A point is [time, offset, logEnd, lag, lagMs]; a null offset: it was deleted. */
  readonly series: readonly {
    readonly topic: string
    readonly partition: number
    readonly points: readonly ProgressPoint[]
  }[]
  /** [time, sum of the lag, largest lag in time] over the partitions in question. */
  readonly total: readonly ProgressTotal[]
  readonly coverage: Coverage
}

export interface MovedMember {
  readonly memberId: string
  readonly clientId: string | null
  readonly host: string | null
  /** The type of the event. */
  readonly how: string
  readonly time: number
}

export interface PartitionsAnswer {
  readonly topic: string | null
  readonly topicId: string | null
  readonly subtopology: string | null
  readonly partitions: readonly number[]
}

export interface RebalanceAnswer {
  readonly id: string
  readonly time: number
  readonly durationMs: number | null
  readonly epochBefore: number | null
  readonly epochAfter: number | null
  readonly memberCount: number
  readonly moved: number | null
  readonly changes:
    | readonly {
        readonly memberId: string
        readonly clientId: string
        readonly gained: readonly PartitionsAnswer[]
        readonly lost: readonly PartitionsAnswer[]
      }[]
    | null
  readonly joined: readonly MovedMember[]
  readonly left: readonly MovedMember[]
}

export interface RebalancesAnswer {
  readonly cluster: string
  readonly group: string
  /** The newest first. */
  readonly rebalances: readonly RebalanceAnswer[]
  readonly next: string | null
  readonly coverage: Coverage
}

export interface StoredEvent {
  /** Place in the history: a later one was written later. */
  readonly sequence: number
  readonly event: KoffEvent
}

export interface EventsAnswer {
  readonly cluster: string
  readonly events: readonly StoredEvent[]
  readonly next: string | null
  readonly coverage: Coverage
}

export interface EventAnswer {
  readonly cluster: string
  readonly event: KoffEvent
  readonly sequence: number
  /** The group before and after the batch of the event; null: it did not exist, or the event is about no group. */
  readonly before: GroupState | null
  readonly after: GroupState | null
  readonly diff: DiffAnswer | null
  /** Its place in the log of Kafka. */
  readonly log: {
    readonly topic: string
    readonly partition: number
    readonly offset: number
    readonly timestamp: number
  }
  readonly coverage: Coverage
}

export interface DiffAnswer {
  readonly group: string
  readonly fields: Readonly<Record<string, { readonly before: unknown; readonly after: unknown }>>
  readonly joined: readonly MemberAnswer[]
  readonly left: readonly MemberAnswer[]
  readonly moved: readonly {
    readonly topic: string
    readonly partition: number
    readonly before: readonly string[]
    readonly after: readonly string[]
  }[]
  readonly offsets: readonly {
    readonly topic: string
    readonly partition: number
    readonly before: JsonInt | null
    readonly after: JsonInt | null
  }[]
}

export interface GroupDiffAnswer {
  readonly cluster: string
  readonly from: number
  readonly to: number
  readonly diff: DiffAnswer
  readonly coverage: Coverage
}

export interface OwnersAnswer {
  readonly cluster: string
  readonly owners: readonly (OwnerAnswer & {
    readonly topic: string
    readonly partition: number
    readonly group: string
    readonly from: number
    /** Null: it owns it still. */
    readonly to: number | null
  })[]
  readonly next: string | null
  readonly coverage: Coverage
}

export interface MembersAnswer {
  readonly cluster: string
  readonly group: string
  /** Clients, the one that came and went most often first. */
  readonly members: readonly {
    readonly instanceId: string | null
    readonly clientId: string
    readonly host: string
    readonly joined: number
    readonly left: number
    readonly present: number
    readonly firstJoined: number | null
    readonly lastLeft: number | null
    readonly meanStayMs: number | null
  }[]
  readonly coverage: Coverage
}

export interface OffsetsAnswer {
  readonly cluster: string
  readonly group: string
  readonly at: number
  readonly offsets: readonly {
    readonly topic: string
    readonly partition: number
    readonly offset: JsonInt | null
    readonly logEnd: JsonInt | null
    readonly lag: JsonInt | null
    readonly lagMs: number | null
  }[]
  readonly coverage: Coverage
}

export interface ConditionsAnswer {
  readonly cluster: string
  /** The newest first. */
  readonly conditions: readonly ConditionAnswer[]
  readonly next: string | null
  readonly coverage: Coverage
}

export interface HeatmapAnswer {
  readonly cluster: string
  readonly from: number
  readonly to: number
  /** In ms. */
  readonly bucket: number
  /** The group with the most rebalances first; a count for each bucket from `from` on. */
  readonly groups: readonly { readonly group: string; readonly counts: readonly number[] }[]
  readonly coverage: Coverage
}
