import type { OpeningType } from '../../events/definitions.ts'
import type { Group } from '../group/group.ts'
import type { GroupSlot } from '../group/groupSlot.ts'
import type { TopicNames } from '../group/topicNames.ts'
import type { OffsetTable } from '../offsets/table.ts'
import type { Draft } from '../transition/draft.ts'
import type { ClassicRebalance } from './classicRebalance.ts'
import type { About, Anchor, ConditionEvents, Open } from './conditionEvents.ts'
import type { LagTime } from './lagTime.ts'
import type { LogEnds, OTHER_LIFE, SampledTopic } from './logEnds.ts'
import type { RowWatch } from './rowWatch.ts'
import type { ShareLag } from './shareLag.ts'
import type { Thresholds } from './thresholds.ts'

/*
 * What a condition over time is: one file that gives one of the two below, an event definition for its opening and its
 * closing, and a line in registry.ts. `Settings` has the values of the thresholds that it reads.
 *
 * Of an offset: judged with each sample of the log that the offset is of. Of a group: judged with the group's records, with
 * deadlines, and with rounds of samples. A condition has no clock: time is an argument.
 */

interface Definition {
  /** The type of the event that opens it. */
  readonly opens: OpeningType
  /** The key of its state among those of all conditions, in memory and in the stored state. It never changes. */
  readonly key: string
  /** A short name, where space is scarce. */
  readonly shortName: string
  /** Its settings in the section `conditions` of a configuration. */
  readonly thresholds: Thresholds
  /** What it requires. */
  readonly needs: 'records' | 'samples' | 'partition counts'
}

/** A condition of a group. `State` is a value: what changes it gives another one, and the same one where nothing changed. */
export interface GroupCondition<State, Settings> extends Definition {
  readonly of: 'group'
  /** The state without notes and without an open condition. */
  readonly initial: State
  /** What the end of history leaves: a function of the group's last records. `initial` unless given. */
  afterHistory?(this: void, group: Group): State
  /** Records what a transition did to the group. */
  note?(this: void, state: State, moment: Moment, settings: Settings): State
  /** After each transition of the group, and at its deadline: opens or closes. */
  judge?(this: void, state: State, context: GroupContext<Settings>): State
  /** After a sample of the group's state: `context.classic` is shown by a sample of the time `now`. */
  judgeSampledState?(this: void, state: State, context: GroupContext<Settings>): State
  /** The next time at which it changes without a record; Infinity: never. */
  deadline?(this: void, state: State, group: Group | null, settings: Settings): number
  /** At the end of a round, for groups with members that changed since the last one; for all, where partition counts did. */
  judgeTopics?(this: void, state: State, context: GroupContext<Settings>): State
  /** Whether the lag of the group must be summed. */
  needsLag?(this: void, state: State, settings: Settings): boolean
  /** At the end of a round, by the summed lag. */
  judgeLag?(this: void, state: State, lag: GroupLag, context: GroupContext<Settings>): State
  /** After a round that sampled where a share group stands: all its partitions. */
  judgeShares?(this: void, state: State, lags: readonly ShareLag[], context: GroupContext<Settings>): State
  /** The group is gone, and an open condition closes. */
  end(this: void, state: State, context: EndContext<Settings>): void
  /** The open condition. */
  openIn(this: void, state: State): Iterable<OpenPlace>
  /** The stored form of the state as JSON, undefined: nothing. The state itself unless given. */
  encode?(this: void, state: State): unknown
  decode?(this: void, stored: unknown): State
  /** Elements of the state with an entry each, where little of a long list changes at a time. */
  readonly elements?: StoredElements<State>
}

export interface StoredElements<State> {
  /** Of the entries, which have the keys `[kind, group, key]`. */
  readonly kind: string
  /** Values by key, as JSON. */
  encode(this: void, state: State): ReadonlyMap<string | number, string>
  /** `state` is what was stored of it beside. */
  decode(this: void, state: State, elements: ReadonlyMap<string | number, unknown>): State
}

/** What a transition did to a group. */
export interface Moment {
  readonly before: Group | null
  readonly after: Group
  readonly drafts: readonly Draft[]
  readonly time: number
}

export interface GroupContext<Settings> {
  /** Null: gone. */
  readonly group: Group | null
  readonly settings: Settings
  readonly now: number
  readonly about: About
  readonly emit: ConditionEvents
  /** The rebalance of a classic group that samples show; null: none. */
  readonly classic: ClassicRebalance | null
  /** When the group's last rebalance completed; null: unknown. */
  readonly rebalancedAt: number | null
  /** What was sampled of a topic, by name; null or another life: nothing of the topic that the group knows. */
  readonly topicOf: (topic: string) => SampledTopic | typeof OTHER_LIFE | null
  readonly names: TopicNames
}

export interface EndContext<Settings> extends GroupContext<Settings> {
  readonly group: null
  readonly lastEpoch: number
}

/** The lag of a group in one round of samples. */
export interface GroupLag {
  readonly lag: number
  /** Of its worst partition in time; null: unknown. */
  readonly lagMs: LagTime | null
  readonly worst: { readonly topic: string; readonly partition: number; readonly lag: number }
}

/** An open condition; `topic` and `partition` are null where it concerns the whole group. */
export interface OpenPlace {
  readonly open: Open
  readonly topic: string | null
  readonly partition: number | null
}

/** A condition of one committed offset, which is a row of the table of offsets. What is open is kept by `RowWatch`. */
export interface OffsetCondition<Settings> extends Definition {
  readonly of: 'offset'
  /** The key of what it notes of a row, in memory (`RowWatch.noteOf`) and in the stored state; null: nothing. */
  readonly noteKey: string | null
  /** False where `judge` would do nothing. Called for every row of every round: a few comparisons only. */
  mayChange(this: void, sampled: SampledRow<Settings>, watch: RowWatch): boolean
  /** By a sample of the row's log: opens or closes. */
  judge(this: void, sampled: SampledRow<Settings>, context: RoundContext): void
  /** After a batch that committed or deleted the offset, where the row is active. */
  settle(this: void, touched: TouchedRow, context: TouchedRows<Settings>): void
  /** The topic of the offset is deleted: an open condition closes. */
  end(this: void, row: number, now: number, context: RowContext): void
  /** True for a note that no longer counts. */
  isOldNote?(this: void, note: unknown, now: number): boolean
}

/** A row with a sample in the present round. One object for all rows: valid during the call. */
export interface SampledRow<Settings> {
  readonly row: number
  readonly slot: GroupSlot
  readonly settings: Settings
  readonly offset: number
  readonly logStart: number
  readonly logEnd: number
  /** Records that can still be read: those that retention removed are not. Below 0 where the offset is above the log end. */
  readonly lag: number
  /** Of the sample, ms. */
  readonly time: number
  /** Of the round, ms. */
  readonly now: number
}

/** A row that a batch committed or deleted. One object for all rows: valid during the call. */
export interface TouchedRow {
  readonly row: number
  readonly grew: boolean
  readonly isGone: boolean
  /** Of the last record that did so: when it did, and its place. */
  readonly time: number
  readonly anchor: Anchor
}

export interface RowContext {
  readonly table: OffsetTable
  readonly watch: RowWatch
  readonly emit: ConditionEvents
  /** Called with each row whose stored notes change. */
  readonly changed: (row: number) => void
}

/** What is known after a batch beside. */
export interface TouchedRows<Settings> extends RowContext {
  readonly settingsOf: (row: number) => Settings
}

/** What a round of samples knows beside. */
export interface RoundContext extends RowContext {
  readonly logEnds: LogEnds
  readonly names: TopicNames
  /** Whether the row's group abandoned its topic: no member subscribes to it, and none has committed it since. */
  readonly isDropped: (row: number) => boolean
  /** When a simple group last committed. */
  readonly lastCommitOf: (slot: GroupSlot) => number
}
