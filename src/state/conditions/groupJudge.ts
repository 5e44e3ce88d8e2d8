import type { Group } from '../group/group.ts'
import type { GroupSlot } from '../group/groupSlot.ts'
import type { TopicNames } from '../group/topicNames.ts'
import type { GroupStateInput } from '../input.ts'
import type { OffsetTable } from '../offsets/table.ts'
import type { StateChanges } from '../stored/changes.ts'
import type { Draft } from '../transition/draft.ts'
import { classicDuration, endsRebalance, noteState, saysSomethingOf } from './classicRebalance.ts'
import type { GroupContext, GroupLag } from './condition.ts'
import type { About, Anchor, ConditionEvents } from './conditionEvents.ts'
import { type GroupConditions, needsLag, newGroupConditions } from './groupConditions.ts'
import type { SampledLag } from './judgeRows.ts'
import { noLagTime, worstLagTime } from './lagTime.ts'
import type { LogEnds } from './logEnds.ts'
import { type AnyGroupCondition, type ConditionSettings, groupConditions, type SettingsOf } from './settings.ts'
import type { ShareLag } from './shareLag.ts'

export interface ConditionsOptions {
  /** Of `__consumer_offsets`. */
  readonly partition: number
  readonly cluster: string
  readonly names: TopicNames
  readonly logEnds: LogEnds
  readonly settingsOf: SettingsOf
  readonly table: OffsetTable
  readonly groups: ReadonlyMap<string, GroupSlot>
  /** Null where nobody stores the state. */
  readonly changes: StateChanges | null
}

/** What a transition did to a group, for its conditions. */
export interface GroupMoment {
  readonly before: Group | null
  readonly drafts: readonly Draft[]
  readonly anchor: Anchor
  /** When, ms. */
  readonly time: number
  /** False where only offsets changed. */
  readonly isAboutGroup: boolean
}

interface Noted {
  readonly moment: GroupMoment
  /** When the coordinators last listed the groups and this one did not rebalance, ms; null: unknown. */
  readonly listedAt: number | null
}

/** Hands what happened to a group, or was sampled of it, to each of its conditions, and keeps what they make of it. */
export class GroupJudge {
  readonly #options: ConditionsOptions
  readonly #emit: ConditionEvents

  constructor(options: ConditionsOptions, emit: ConditionEvents) {
    this.#options = options
    this.#emit = emit
  }

  /** Notes what a transition did to the group. */
  note(slot: GroupSlot, after: Group, { moment, listedAt }: Noted): void {
    const { before, drafts, anchor, time } = moment
    const conditions = slot.conditions ?? newGroupConditions()
    conditions.anchor = anchor
    const duration = classicDuration(drafts, { before, classic: conditions.classic, listedAt })
    if (duration !== undefined) conditions.classicDuration = duration
    if (endsRebalance(drafts) || after.type !== 'classic') conditions.classic = null
    if (drafts.some(({ type }) => type === 'rebalance')) {
      conditions.rebalancedAt = time
      conditions.rebalancedOffset = anchor.offset
    }
    const settings = this.#options.settingsOf(slot.name)
    const noted = { before, after, drafts, time }
    changes(conditions, ({ note }, state) => note?.(state, noted, settings))
    this.#keep(slot, conditions)
  }

  judge(slot: GroupSlot, now: number): void {
    const conditions = slot.conditions ?? newGroupConditions()
    const context = this.#contextOf(slot, now, this.#about(slot, conditions))
    changes(conditions, ({ judge }, state) => judge?.(state, context))
    this.#keep(slot, conditions)
  }

  /** Returns whether that changed anything. */
  judgeTopics(slot: GroupSlot, now: number): boolean {
    const conditions = slot.conditions ?? newGroupConditions()
    const context = this.#contextOf(slot, now, this.#about(slot, conditions))
    const isChanged = changes(conditions, ({ judgeTopics }, state) => judgeTopics?.(state, context))
    if (isChanged) this.#keep(slot, conditions)
    return isChanged
  }

  /** `sampled` is null for a group without committed offsets. Returns whether that changed anything. */
  judgeLag(slot: GroupSlot, sampled: SampledLag | null, now: number): boolean {
    const conditions = slot.conditions ?? newGroupConditions()
    const { numbers, anchor } = conditions
    const isChanged = changes(conditions, ({ opens, judgeLag }, state) => {
      const opener = { offset: numbers.get(opens)?.[0] ?? 0, timestamp: -1 }
      const about = this.#about(slot, conditions, sampled?.anchor ?? anchor ?? opener)
      return judgeLag?.(state, sampled ?? nothingLeft, this.#contextOf(slot, now, about))
    })
    if (isChanged) this.#keep(slot, conditions)
    return isChanged
  }

  /** A state of a group, as its coordinator listed it. */
  judgeSampledState(slot: GroupSlot, sample: GroupStateInput, listedAt: number | null): void {
    const { group } = slot
    if (!saysSomethingOf(group, sample)) return
    const conditions = slot.conditions ?? newGroupConditions()
    const about = this.#about(slot, conditions, group.metadataAt ?? undefined)
    const { classic } = conditions
    conditions.classic = noteState(classic, sample, { group, listedAt, about, emit: this.#emit })
    const context = { ...this.#contextOf(slot, sample.timestamp, about), classic: conditions.classic }
    const isJudged = changes(conditions, ({ judgeSampledState }, state) => judgeSampledState?.(state, context))
    if (conditions.classic !== classic || isJudged) this.#keep(slot, conditions)
  }

  /** Where a share group stands in all its partitions, as its coordinator said. Returns its lag, where a condition needs it. */
  judgeShares(slot: GroupSlot, lags: readonly ShareLag[], now: number): SampledLag | null {
    const conditions = slot.conditions ?? newGroupConditions()
    const context = this.#contextOf(slot, now, this.#about(slot, conditions))
    if (changes(conditions, ({ judgeShares }, state) => judgeShares?.(state, lags, context)))
      this.#keep(slot, conditions)
    if (!needsLag(slot, context.settings)) return null
    return { ...sumOf(lags), anchor: conditions.anchor ?? nowhere, isWhole: true }
  }

  /** The group is gone, and with it all that was open for it. */
  end(slot: GroupSlot, { before, anchor, time }: GroupMoment): void {
    const { conditions } = slot
    if (conditions === null) return
    const about = { ...this.#about(slot, conditions, anchor), groupType: before?.type ?? slot.lastType }
    const context = { ...this.#contextOf(slot, time, about), group: null, lastEpoch: before?.epoch ?? 0 }
    for (const { key, end } of groupConditions) end(conditions.states[key], context)
    this.#keep(slot, null)
  }

  #keep(slot: GroupSlot, conditions: GroupConditions | null): void {
    slot.conditions = conditions
    this.#options.changes?.conditions.add(slot.name)
  }

  #contextOf(slot: GroupSlot, now: number, about: About): GroupContext<ConditionSettings> {
    const { logEnds, names, settingsOf } = this.#options
    return {
      group: slot.group,
      settings: settingsOf(slot.name),
      now,
      about,
      emit: this.#emit,
      classic: slot.conditions?.classic ?? null,
      rebalancedAt: slot.conditions?.rebalancedAt ?? null,
      topicOf: topic => logEnds.topicOf(topic, slot.topics.get(topic) ?? null),
      names,
    }
  }

  /** Anchored to the last record about the group, unless said otherwise. */
  #about(slot: GroupSlot, { numbers, anchor: last }: GroupConditions, anchor: Anchor = last ?? nowhere): About {
    return { group: slot.name, groupType: slot.group?.type ?? slot.lastType, anchor, numbers }
  }
}

/** Gives each condition the state that `next` makes of its own; undefined leaves it. Returns whether one is another now. */
function changes(
  { states }: GroupConditions,
  next: (condition: AnyGroupCondition, state: unknown) => unknown,
): boolean {
  let isChanged = false
  for (const condition of groupConditions) {
    const before = states[condition.key]
    const after = next(condition, before)
    if (after === undefined || after === before) continue
    states[condition.key] = after
    isChanged = true
  }
  return isChanged
}

/** Only a state that was stored before there were conditions knows a group without its last record. */
const nowhere: Anchor = { offset: 0, timestamp: -1 }

const nothingLeft: GroupLag = { lag: 0, lagMs: noLagTime, worst: { topic: '', partition: 0, lag: 0 } }

/** The lag of a share group over its partitions. */
function sumOf(lags: readonly ShareLag[]): GroupLag {
  const [first] = lags
  if (first === undefined) return nothingLeft
  const worst = lags.reduce((most, share) => (share.lag > most.lag ? share : most))
  return {
    lag: lags.reduce((sum, { lag }) => sum + lag, 0),
    lagMs: lags.map(({ lagMs }) => lagMs).reduce(worstLagTime),
    worst: { topic: worst.topic, partition: worst.partition, lag: worst.lag },
  }
}
