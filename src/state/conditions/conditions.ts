import type { KoffEvent } from '../../events/envelope.ts'
import type { Group } from '../group/group.ts'
import type { GroupSlot } from '../group/groupSlot.ts'
import type { TopicNames } from '../group/topicNames.ts'
import type { GroupStateInput } from '../input.ts'
import type { OffsetTable } from '../offsets/table.ts'
import type { StateChanges } from '../stored/changes.ts'
import type { Draft } from '../transition/draft.ts'
import { classicDuration, endsRebalance, noteState, saysSomethingOf } from './classicRebalance.ts'
import type { GroupContext, GroupLag, RowContext } from './condition.ts'
import { type About, type Anchor, ConditionEvents } from './conditionEvents.ts'
import { deadlineOf, type GroupConditions, hasOpenLag, newGroupConditions } from './groupConditions.ts'
import { judgeRows, type SampledLag } from './judgeRows.ts'
import { noLagTime } from './lagTime.ts'
import type { LogEnds } from './logEnds.ts'
import { RowWatch } from './rowWatch.ts'
import {
  type AnyGroupCondition,
  type ConditionSettings,
  groupConditions,
  offsetConditions,
  type SettingsOf,
} from './settings.ts'
import { settleRows } from './settleRows.ts'

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

/** What a round of samples says of the groups of one partition. */
export interface GroupSamples {
  readonly states: readonly GroupStateInput[]
  /** The coordinator listed the groups that rebalance: those that `states` does not name did not. */
  readonly isListed: boolean
}

const nothingSampled: GroupSamples = { states: [], isListed: false }

/**
 * Drives the conditions of one partition of `__consumer_offsets`: hands its transitions, its time and the rounds of
 * samples to the conditions in registry.ts. Time is that of records and of rounds, whichever is later; a deadline that
 * lies before a batch comes true before the batch does anything.
 */
export class Conditions {
  /** The next time at which a group's condition comes true without a record; at first not known. */
  nextDeadline = Number.NEGATIVE_INFINITY
  readonly #options: ConditionsOptions
  readonly #emit: ConditionEvents
  /** Null until every group was looked at once. */
  #deadlines: Map<GroupSlot, number> | null = null
  /** Groups that changed since the last round; null: all of them. */
  #changed: Set<GroupSlot> | null = null
  /** Groups with an open condition of their lag; null: not looked for yet. */
  #lagging: Set<GroupSlot> | null = null
  #topicsVersion = 0
  /** True until samples were judged: what was sampled of these logs before this state came here is old. */
  #isNew = true
  /** When old notes were last forgotten, in `forgetEveryMs`. */
  #forgotAt = Number.NaN
  /** When the coordinator of this partition listed its groups that rebalance the last time, ms; null: it has not. */
  #listedAt: number | null = null
  /** Time of the last round. */
  #roundAt = Number.NEGATIVE_INFINITY

  constructor(options: ConditionsOptions) {
    this.#options = options
    this.#emit = new ConditionEvents(options.partition, options.cluster)
  }

  /** After a transition of a group. */
  transition(slot: GroupSlot, moment: GroupMoment): void {
    const { before, drafts, anchor, time, isAboutGroup } = moment
    // Another group of the same name may have come with the same records.
    if (drafts.some(({ type }) => type === 'group-deleted')) this.#end(slot, moment)
    if (slot.group === null || !isAboutGroup) return
    const settings = this.#options.settingsOf(slot.name)
    slot.conditions ??= newGroupConditions()
    const { conditions } = slot
    conditions.anchor = anchor
    this.#endClassic(slot, conditions, moment)
    if (drafts.some(({ type }) => type === 'rebalance')) {
      conditions.rebalancedAt = time
      conditions.rebalancedOffset = anchor.offset
    }
    const noted = { before, after: slot.group, drafts, time }
    changes(conditions, ({ note }, state) => note?.(state, noted, settings))
    this.#options.changes?.conditions.add(slot.name)
    this.#changed?.add(slot)
    this.#judge(slot, conditions, time)
    this.#noteDeadline(slot)
  }

  /** What comes true up to and with `now`. */
  advance(now: number): void {
    const deadlines = this.#allDeadlines()
    let next = Number.POSITIVE_INFINITY
    for (const [slot, deadline] of deadlines) {
      if (deadline <= now) {
        slot.conditions ??= newGroupConditions()
        this.#judge(slot, slot.conditions, now)
        this.#options.changes?.conditions.add(slot.name)
        this.#noteDeadline(slot)
      }
      next = Math.min(next, deadlines.get(slot) ?? Number.POSITIVE_INFINITY)
    }
    this.nextDeadline = next
  }

  /** The end of a round of samples; a tick is one, with samples before it or not. */
  round(now: number, { states, isListed }: GroupSamples = nothingSampled): void {
    // The clock was set back: what is to be seen from a time on that has yet to come is looked at anew.
    if (now < this.#roundAt) this.#changed = null
    this.#roundAt = now
    this.advance(now)
    for (const sample of states) this.#noteState(sample)
    if (isListed) this.#listedAt = now
    this.#judgeAssignments(now)
    const { table, logEnds, names, settingsOf } = this.#options
    if (logEnds.size === 0) return
    table.watch ??= new RowWatch()
    const { watch } = table
    const rows = this.#rows(watch)
    this.#forgetOldNotes(rows, now)
    const lags = judgeRows({ ...rows, logEnds, names, settingsOf, now })
    for (const [slot, lag] of lags) {
      // What is missing may be most of it; what is missing for good is not waited for.
      if (lag.isWhole || !this.#isNew) this.#judgeLag(slot, lag, now)
    }
    this.#isNew = false
    for (const slot of this.#allLagging()) if (slot.offsets === 0) this.#judgeLag(slot, null, now)
  }

  /** A state of a group of this partition, as its coordinator listed it. */
  #noteState(sample: GroupStateInput): void {
    const slot = this.#options.groups.get(sample.group)
    const group = slot?.group ?? null
    if (slot === undefined || !saysSomethingOf(group, sample)) return
    const conditions = slot.conditions ?? newGroupConditions()
    const about = this.#about(slot, conditions, group.metadataAt ?? undefined)
    const { classic } = conditions
    conditions.classic = noteState(classic, sample, { group, listedAt: this.#listedAt, about, emit: this.#emit })
    const context = { ...this.#contextOf(slot, sample.timestamp, about), classic: conditions.classic }
    const isJudged = changes(conditions, ({ judgeSampledState }, state) => judgeSampledState?.(state, context))
    if (conditions.classic === classic && !isJudged) return
    slot.conditions = conditions
    this.#options.changes?.conditions.add(slot.name)
  }

  /** Records ended the rebalance that samples showed, or completed one that they did not show. */
  #endClassic({ group }: GroupSlot, conditions: GroupConditions, { before, drafts }: GroupMoment): void {
    const { classic } = conditions
    const duration = classicDuration(drafts, { before, classic, listedAt: this.#listedAt })
    if (duration !== undefined) conditions.classicDuration = duration
    if (endsRebalance(drafts) || group?.type !== 'classic') conditions.classic = null
  }

  #rows(watch: RowWatch): RowContext {
    const { table, changes } = this.#options
    return { table, watch, emit: this.#emit, changed: row => changes?.conditionRows.note(row) }
  }

  #forgetOldNotes({ watch, changed }: RowContext, now: number): void {
    const forgetAt = Math.floor(now / forgetEveryMs)
    if (forgetAt === this.#forgotAt) return
    this.#forgotAt = forgetAt
    for (const { noteKey, isOldNote } of offsetConditions) {
      if (noteKey === null || isOldNote === undefined) continue
      for (const [row, note] of watch.notes.get(noteKey) ?? []) {
        if (!isOldNote(note, now)) continue
        watch.setNote(row, noteKey, null)
        changed(row)
      }
    }
  }

  /** After a batch: commits and tombstones of rows that were behind or have open conditions. */
  settle(timestamp: number): void {
    const { table, settingsOf } = this.#options
    const { watch } = table
    if (watch === null || watch.touchedCount === 0) return
    settleRows({ ...this.#rows(watch), settingsOf, timestamp })
  }

  /** The events since the last call. */
  take(): readonly KoffEvent[] {
    return this.#emit.take()
  }

  #judge(slot: GroupSlot, conditions: GroupConditions, now: number): void {
    const context = this.#contextOf(slot, now, this.#about(slot, conditions))
    changes(conditions, ({ judge }, state) => judge?.(state, context))
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

  /** Owners and subscriptions change with records, the number of partitions with samples: nothing else is looked at. */
  #judgeAssignments(now: number): void {
    const { logEnds, groups, changes } = this.#options
    if (logEnds.topicsVersion === 0) return
    const isNew = logEnds.topicsVersion !== this.#topicsVersion
    const slots = isNew || this.#changed === null ? groups.values() : this.#changed
    for (const slot of slots) {
      if (slot.group === null || slot.group.members.size === 0) continue
      const conditions = slot.conditions ?? newGroupConditions()
      if (!this.#judgeTopics(slot, conditions, now)) continue
      slot.conditions = conditions
      changes?.conditions.add(slot.name)
      this.#noteDeadline(slot)
    }
    this.#topicsVersion = logEnds.topicsVersion
    this.#changed = new Set()
  }

  /** Returns whether that changed anything. */
  #judgeTopics(slot: GroupSlot, conditions: GroupConditions, now: number): boolean {
    const context = this.#contextOf(slot, now, this.#about(slot, conditions))
    return changes(conditions, ({ judgeTopics }, state) => judgeTopics?.(state, context))
  }

  /** `sampled` is null for a group without committed offsets. */
  #judgeLag(slot: GroupSlot, sampled: SampledLag | null, now: number): void {
    const conditions = slot.conditions ?? newGroupConditions()
    const { numbers, anchor } = conditions
    const isChanged = changes(conditions, ({ opens, judgeLag }, state) => {
      const opener = { offset: numbers.get(opens)?.[0] ?? 0, timestamp: -1 }
      const about = this.#about(slot, conditions, sampled?.anchor ?? anchor ?? opener)
      return judgeLag?.(state, sampled ?? nothingLeft, this.#contextOf(slot, now, about))
    })
    if (!isChanged) return
    slot.conditions = conditions
    this.#options.changes?.conditions.add(slot.name)
    if (hasOpenLag(slot)) this.#lagging?.add(slot)
    else this.#lagging?.delete(slot)
  }

  /** The group is gone, and with it all that was open for it. */
  #end(slot: GroupSlot, { before, anchor, time }: GroupMoment): void {
    const { conditions } = slot
    this.#deadlines?.delete(slot)
    this.#changed?.delete(slot)
    this.#lagging?.delete(slot)
    if (conditions === null) return
    const about = { ...this.#about(slot, conditions, anchor), groupType: before?.type ?? slot.lastType }
    const context = { ...this.#contextOf(slot, time, about), group: null, lastEpoch: before?.epoch ?? 0 }
    for (const { key, end } of groupConditions) end(conditions.states[key], context)
    slot.conditions = null
    this.#options.changes?.conditions.add(slot.name)
  }

  /** Anchored to the last record about the group, unless said otherwise. */
  #about(slot: GroupSlot, { numbers, anchor: last }: GroupConditions, anchor: Anchor = last ?? nowhere): About {
    return { group: slot.name, groupType: slot.group?.type ?? slot.lastType, anchor, numbers }
  }

  #noteDeadline(slot: GroupSlot): void {
    if (this.#deadlines === null) return
    const deadline = deadlineOf(slot, this.#options.settingsOf(slot.name))
    if (deadline === Number.POSITIVE_INFINITY) this.#deadlines.delete(slot)
    else this.#deadlines.set(slot, deadline)
    this.nextDeadline = Math.min(this.nextDeadline, deadline)
  }

  #allLagging(): Set<GroupSlot> {
    if (this.#lagging === null) {
      const { groups } = this.#options
      this.#lagging = new Set([...groups.values()].filter(hasOpenLag))
    }
    return this.#lagging
  }

  /** Of a state that was read back nothing is known at first. */
  #allDeadlines(): Map<GroupSlot, number> {
    if (this.#deadlines === null) {
      this.#deadlines = new Map()
      for (const slot of this.#options.groups.values()) this.#noteDeadline(slot)
    }
    return this.#deadlines
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

/** Old notes are looked for this often. */
const forgetEveryMs = 300_000

/** Only a state that was stored before there were conditions knows a group without its last record. */
const nowhere: Anchor = { offset: 0, timestamp: -1 }

const nothingLeft: GroupLag = { lag: 0, lagMs: noLagTime, worst: { topic: '', partition: 0, lag: 0 } }
