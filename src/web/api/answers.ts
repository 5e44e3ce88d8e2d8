/** Temporary mirror of the contract. */
import type { KoffEvent } from '../../events/envelope.ts'

export type JsonInt = number | string
export interface Coverage {
  readonly complete: boolean
  readonly notKnown: readonly {
    readonly partition: number
    readonly knows: string
    readonly from: number | null
    readonly to: number | null
  }[]
}
export interface AboutAnswer {
  readonly version: string
  readonly mode: 'run' | 'serve' | 'page'
  readonly clusters: readonly string[]
  readonly cluster: string
  readonly now: number
  readonly readTo: readonly {
    readonly partition: number
    readonly position: number
    readonly time: number
    readonly recordsLeft?: number
  }[]
  readonly ready: boolean
}
export interface OpenCondition {
  readonly id: string
  readonly type: string
  readonly severity: string
  readonly since: number
  readonly topic: string | null
  readonly partition: number | null
}
export interface GroupRow {
  readonly group: string
  readonly kind: string
  readonly state: string
  readonly members: number
  readonly partitions: number
  readonly topics: readonly string[]
  readonly lag: JsonInt | null
  readonly lagMs: number | null
  readonly lastRebalance: number | null
  readonly rebalancesLastHour: number
  readonly conditions: readonly OpenCondition[]
}
export interface GroupsAnswer {
  readonly cluster: string
  readonly at: number
  readonly total: number
  readonly groups: readonly GroupRow[]
  readonly next: string | null
  readonly coverage: Coverage
}
export interface OwnerAnswer {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
}
export type PackedInterval = readonly [from: number, to: number | null, owner: number]
export interface TimelineRebalance {
  readonly id: string
  readonly time: number
  readonly durationMs: number | null
  readonly startedAt: number | null
  readonly epochBefore: number | null
  readonly epochAfter: number | null
  readonly moved: number | null
  readonly joined: number
  readonly left: number
}
export interface ConditionAnswer {
  readonly id: string
  readonly closeId?: string | null
  readonly type: string
  readonly group: string
  readonly severity: string
  readonly topic: string | null
  readonly partition: number | null
  readonly from: number
  readonly to: number | null
  readonly advice?: string
}
export interface Flag {
  readonly id: string
  readonly type: string
  readonly time: number
  readonly topic: string | null
  readonly partition: number | null
  readonly from: JsonInt | null
  readonly to: JsonInt | null
}
export interface TimelineAnswer {
  readonly cluster: string
  readonly group: string
  readonly from: number
  readonly to: number
  readonly lanes: readonly {
    readonly topic: string
    readonly partition: number
    readonly intervals: readonly PackedInterval[]
  }[]
  readonly owners: readonly OwnerAnswer[]
  readonly members: readonly { readonly owner: number; readonly from: number; readonly to: number | null }[]
  readonly rebalances: readonly TimelineRebalance[]
  readonly conditions: readonly ConditionAnswer[]
  readonly flags: readonly Flag[]
  readonly truncated: unknown
  readonly next: string | null
  readonly coverage: Coverage
}
export type ProgressTotal = readonly [time: number, lag: number | null, lagMs: number | null]
export interface ProgressAnswer {
  readonly total: readonly ProgressTotal[]
  readonly coverage: Coverage
}
export interface MemberAnswer {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  readonly epoch: number | null
  readonly assignment: Readonly<Record<string, readonly number[]>> | null
  readonly targetAssignment: Readonly<Record<string, readonly number[]>> | null
}
type ByPartition<Of> = Readonly<Record<string, Readonly<Record<string, Of>>>>
export interface GroupState {
  readonly group: string
  readonly groupType: string
  readonly epoch: number
  readonly state: string
  readonly protocolType: string | null
  readonly protocol: string | null
  readonly leader: string | null
  readonly members: readonly MemberAnswer[]
  readonly offsets: ByPartition<JsonInt>
  readonly lag?: ByPartition<JsonInt>
  readonly logEnd?: ByPartition<JsonInt>
}
export interface GroupAnswer {
  readonly cluster: string
  readonly at: number
  readonly group: GroupState | null
  readonly conditions: readonly ConditionAnswer[]
  readonly coverage: Coverage
}
export interface MovedMember {
  readonly memberId: string
  readonly clientId: string | null
  readonly host: string | null
  readonly how: string
  readonly time: number
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
export interface PartitionsAnswer {
  readonly topic: string | null
  readonly topicId: string | null
  readonly partitions: readonly number[]
}
export interface RebalancesAnswer {
  readonly rebalances: readonly RebalanceAnswer[]
  readonly next: string | null
  readonly coverage: Coverage
}
export interface StoredEvent {
  readonly sequence: number
  readonly event: KoffEvent
}
export interface EventsAnswer {
  readonly events: readonly StoredEvent[]
  readonly next: string | null
  readonly coverage: Coverage
}
export interface EventAnswer {
  readonly event: KoffEvent
  readonly sequence: number
  readonly before: GroupState | null
  readonly after: GroupState | null
  readonly diff: unknown
  readonly log: { readonly topic: string; readonly partition: number; readonly offset: number }
}
export interface ConditionsAnswer {
  readonly conditions: readonly ConditionAnswer[]
  readonly next: string | null
  readonly coverage: Coverage
}
export interface HeatmapAnswer {
  readonly from: number
  readonly to: number
  readonly bucket: number
  readonly groups: readonly { readonly group: string; readonly counts: readonly number[] }[]
}
