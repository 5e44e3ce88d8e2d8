import type { KoffEvent } from '../../events/envelope.ts'
import type { Group } from '../group/group.ts'
import type { GroupSlot } from '../group/groupSlot.ts'
import type { TopicNames } from '../group/topicNames.ts'
import type { GroupStateInput } from '../input.ts'
import type { OffsetTable } from '../offsets/table.ts'
import type { StateChanges } from '../stored/changes.ts'
import type { Draft } from '../transition/draft.ts'
import { isHandingOver, judgeSkew } from './assignmentSkewed.ts'
import { classicDuration, endsRebalance, noteState, saysSomethingOf } from './classicRebalance.ts'
import { deadlineOf, type GroupConditions, newGroupConditions } from './groupConditions.ts'
import { judgeRows, type SampledLag } from './judgeRows.ts'
import { endLag, type GroupLag, judgeLag } from './lagExceeded.ts'
import { noLagTime } from './lagTime.ts'
import type { LogEnds } from './logEnds.ts'
import { isOldPace, slotOf } from './pace.ts'
import { findUnassigned, judgeUnassigned } from './partitionUnassigned.ts'
import { judgeStorm, noteRebalance } from './rebalanceStorm.ts'
import { judgeStuck } from './rebalanceStuck.ts'
import { RowWatch } from './rowWatch.ts'
import type { SettingsOf } from './settings.ts'
import { settleRows } from './settleRows.ts'
import { type About, type Anchor, Teller } from './tell.ts'

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
 * samples to the reducers of the conditions. Time is that of records and of rounds, whichever is later; a deadline that
 * lies before a batch comes true before the batch does anything.
 */
export class Conditions {
  /** The next time at which a group's condition comes true without a record; at first not known. */
  nextDeadline = Number.NEGATIVE_INFINITY
  readonly #options: ConditionsOptions
  readonly #tell: Teller
  /** Null until every group was looked at once. */
  #deadlines: Map<GroupSlot, number> | null = null
  /** Groups that changed since the last round; null: all of them. */
  #changed: Set<GroupSlot> | null = null
  /** Groups whose `lag-exceeded` is open; null: not looked for yet. */
  #lagging: Set<GroupSlot> | null = null
  #topicsVersion = 0
  /** True until samples were judged: what was sampled of these logs before this state came here is old. */
  #isNew = true
  /** That of the last round (pace.ts). */
  #paceSlot = Number.NaN
  /** When the coordinator of this partition listed its groups that rebalance the last time, ms; null: it has not. */
  #listedAt: number | null = null
  /** Time of the last round. */
  #roundAt = Number.NEGATIVE_INFINITY

  constructor(options: ConditionsOptions) {
    this.#options = options
    this.#tell = new Teller(options.partition, options.cluster)
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
    conditions.storm = noteRebalance(conditions.storm, drafts, settings)
    if (drafts.some(({ type }) => type === 'rebalance')) {
      conditions.rebalancedAt = time
      conditions.rebalancedOffset = anchor.offset
      const judgeAt = isHandingOver(before, slot.group) ? time + settings.stormBurstMs : time
      conditions.skew = { ...conditions.skew, judgeAt }
    }
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
    const changed = (row: number) => this.#options.changes?.conditionRows.note(row)
    this.#forgetOldPaces(watch, now, changed)
    const lags = judgeRows({ table, watch, logEnds, names, settingsOf, tell: this.#tell, now, changed })
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
    const { classic, stuck } = conditions
    const about = this.#about(slot, conditions, group.metadataAt ?? undefined)
    const tell = this.#tell
    conditions.classic = noteState(classic, sample, { group, listedAt: this.#listedAt, about, tell })
    const settings = this.#options.settingsOf(slot.name)
    const shown = { group, classic: conditions.classic, isShown: true, settings, now: sample.timestamp }
    conditions.stuck = judgeStuck(stuck, { ...shown, about, tell, lastEpoch: 0 })
    if (conditions.classic === classic && conditions.stuck === stuck) return
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

  #forgetOldPaces(watch: RowWatch, now: number, changed: (row: number) => void): void {
    const slot = slotOf(now)
    if (slot === this.#paceSlot) return
    this.#paceSlot = slot
    for (const [row, pace] of watch.paces) {
      if (!isOldPace(pace, now)) continue
      watch.forgetPace(row)
      changed(row)
    }
  }

  /** After a batch: commits and tombstones of rows that were behind or have open conditions. */
  settle(timestamp: number): void {
    const { table, changes, settingsOf } = this.#options
    const { watch } = table
    if (watch === null || watch.touchedCount === 0) return
    const changed = (row: number) => changes?.conditionRows.note(row)
    settleRows({ table, watch, settingsOf, tell: this.#tell, timestamp, changed })
  }

  /** The events since the last call. */
  take(): readonly KoffEvent[] {
    return this.#tell.take()
  }

  #judge(slot: GroupSlot, conditions: GroupConditions, now: number): void {
    const { group } = slot
    const settings = this.#options.settingsOf(slot.name)
    const about = this.#about(slot, conditions)
    const { classic } = conditions
    const context = { group, classic, settings, now, about, tell: this.#tell, isGone: false, lastEpoch: 0 }
    conditions.stuck = judgeStuck(conditions.stuck, context)
    conditions.storm = judgeStorm(conditions.storm, context)
    conditions.skew = judgeSkew(conditions.skew, context)
    if (conditions.unassigned.unowned.length > 0) this.#judgeUnassigned(slot, conditions, now)
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
      const before = conditions.unassigned
      this.#judgeUnassigned(slot, conditions, now)
      if (conditions.unassigned === before) continue
      slot.conditions = conditions
      changes?.conditions.add(slot.name)
      this.#noteDeadline(slot)
    }
    this.#topicsVersion = logEnds.topicsVersion
    this.#changed = new Set()
  }

  /** `sampled` is null for a group without committed offsets. */
  #judgeLag(slot: GroupSlot, sampled: SampledLag | null, now: number): void {
    const { settingsOf, changes } = this.#options
    const conditions = slot.conditions ?? newGroupConditions()
    const lag = sampled ?? nothingLeft
    const opener = { offset: conditions.numbers.get('lag-exceeded')?.[0] ?? 0, timestamp: -1 }
    const about = this.#about(slot, conditions, sampled?.anchor ?? conditions.anchor ?? opener)
    const state = judgeLag(conditions.lag, lag, { settings: settingsOf(slot.name), now, about, tell: this.#tell })
    if (state === conditions.lag) return
    conditions.lag = state
    slot.conditions = conditions
    changes?.conditions.add(slot.name)
    if (state.open === null) this.#lagging?.delete(slot)
    else this.#lagging?.add(slot)
  }

  #judgeUnassigned(slot: GroupSlot, conditions: GroupConditions, now: number): void {
    const context = this.#unassignedContext(slot, conditions, now)
    conditions.unassigned = judgeUnassigned(findUnassigned(conditions.unassigned, context), context)
  }

  #unassignedContext(slot: GroupSlot, conditions: GroupConditions, now: number) {
    const { logEnds, names, settingsOf } = this.#options
    const { group, name } = slot
    const { rebalancedAt } = conditions
    const about = this.#about(slot, conditions)
    const topicOf = (topic: string) => logEnds.topicOf(topic, slot.topics.get(topic) ?? null)
    return { group, rebalancedAt, topicOf, names, settings: settingsOf(name), now, about, tell: this.#tell }
  }

  /** The group is gone, and with it all that was open for it. */
  #end(slot: GroupSlot, { before, anchor, time }: GroupMoment): void {
    const { conditions } = slot
    this.#deadlines?.delete(slot)
    this.#changed?.delete(slot)
    this.#lagging?.delete(slot)
    if (conditions === null) return
    const settings = this.#options.settingsOf(slot.name)
    const about = { ...this.#about(slot, conditions, anchor), groupType: before?.type ?? slot.lastType }
    const tell = this.#tell
    const context = {
      group: null,
      classic: null,
      settings,
      now: time,
      about,
      tell,
      isGone: true,
      lastEpoch: before?.epoch ?? 0,
    }
    judgeStuck(conditions.stuck, context)
    judgeStorm(conditions.storm, context)
    judgeSkew(conditions.skew, context)
    findUnassigned(conditions.unassigned, { ...this.#unassignedContext(slot, conditions, time), about })
    endLag(conditions.lag, context)
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
      this.#lagging = new Set([...groups.values()].filter(({ conditions }) => conditions?.lag.open))
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

/** Only a state that was stored before there were conditions knows a group without its last record. */
const nowhere: Anchor = { offset: 0, timestamp: -1 }

const nothingLeft: GroupLag = { lag: 0, lagMs: noLagTime, worst: { topic: '', partition: 0, lag: 0 } }
