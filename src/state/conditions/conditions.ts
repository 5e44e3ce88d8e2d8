import type { KoffEvent } from '../../events/envelope.ts'
import type { Group } from '../group/group.ts'
import type { GroupSlot } from '../group/groupSlot.ts'
import type { GroupStateInput } from '../input.ts'
import { isRebalancing, saysSomethingOf } from './classicRebalance.ts'
import type { RowContext } from './condition.ts'
import { ConditionEvents } from './conditionEvents.ts'
import { deadlineOf, hasOpenLag } from './groupConditions.ts'
import { type ConditionsOptions, GroupJudge, type GroupMoment } from './groupJudge.ts'
import { judgeRows, type SampledLag } from './judgeRows.ts'
import { RowWatch } from './rowWatch.ts'
import { offsetConditions } from './settings.ts'
import { settleRows } from './settleRows.ts'
import type { ShareLag } from './shareLag.ts'

/** What a round of samples says of the groups of one partition. */
export interface GroupSamples {
  readonly states: readonly GroupStateInput[]
  /** The coordinator listed the groups in a rebalance: those that are not in `states` were not. */
  readonly isListed: boolean
  /** Where share groups stand that were sampled in the round. */
  readonly shares: ReadonlyMap<string, readonly ShareLag[]>
}

const nothingSampled: GroupSamples = { states: [], isListed: false, shares: new Map() }

/**
 * Drives the conditions of one partition of `__consumer_offsets`: hands its transitions, its time and the rounds of
 * samples to the conditions in registry.ts. Time is that of records and of rounds, whichever is later; a deadline that
 * lies before a batch comes true before the batch does anything.
 */
export class Conditions {
  /** The next time at which a condition of a group changes without a record; unknown at first. */
  nextDeadline = Number.NEGATIVE_INFINITY
  readonly #options: ConditionsOptions
  readonly #emit: ConditionEvents
  readonly #groups: GroupJudge
  /** Null until every group was looked at once. */
  #deadlines: Map<GroupSlot, number> | null = null
  /** Groups that changed since the last round; null: all. */
  #changed: Set<GroupSlot> | null = null
  /** Groups with an open condition of their lag; null: not determined yet. */
  #lagging: Set<GroupSlot> | null = null
  #topicsVersion = 0
  /**
   * True until samples were evaluated: earlier samples of these logs, from before this state was taken over, are
   * outdated.
   */
  #isNew = true
  /** When old notes were last dropped, in `forgetEveryMs`. */
  #forgotAt = Number.NaN
  /** When the coordinator of this partition last listed its groups in a rebalance, ms; null: never. */
  #listedAt: number | null = null
  /** Groups that it listed then although koff had not read their last rebalance. */
  readonly #listedEarly = new Set<GroupSlot>()
  /** Time of the last round. */
  #roundAt = Number.NEGATIVE_INFINITY

  constructor(options: ConditionsOptions) {
    this.#options = options
    this.#emit = new ConditionEvents(options.partition, options.cluster)
    this.#groups = new GroupJudge(options, this.#emit)
  }

  /** After a transition of a group. */
  transition(slot: GroupSlot, moment: GroupMoment): void {
    const { drafts, time, isAboutGroup } = moment
    // Another group of the same name may have come with the same records.
    if (drafts.some(({ type }) => type === 'group-deleted')) this.#end(slot, moment)
    if (slot.group === null || !isAboutGroup) return
    this.#changed?.add(slot)
    this.#groups.note(slot, slot.group, { moment, listedAt: this.#quietAt(slot, moment.before) })
    this.#groups.judge(slot, time)
    this.#noteDeadline(slot)
  }

  /** Applies everything that happens up to and including `now`. */
  advance(now: number): void {
    const deadlines = this.#allDeadlines()
    let next = Number.POSITIVE_INFINITY
    for (const [slot, deadline] of deadlines) {
      if (deadline <= now) {
        this.#groups.judge(slot, now)
        this.#noteDeadline(slot)
      }
      next = Math.min(next, deadlines.get(slot) ?? Number.POSITIVE_INFINITY)
    }
    this.nextDeadline = next
  }

  /** The end of a round of samples; a tick is one, with or without samples before it. */
  round(now: number, { states, isListed, shares }: GroupSamples = nothingSampled): void {
    // The clock was set back: times that lie in the future restart.
    if (now < this.#roundAt) this.#changed = null
    this.#roundAt = now
    this.advance(now)
    this.#judgeStates(states, isListed ? now : null)
    this.#judgeAssignments(now)
    const { table, logEnds, names, settingsOf } = this.#options
    if (logEnds.size === 0) return
    table.watch ??= new RowWatch()
    const { watch } = table
    const rows = this.#rows(watch)
    this.#forgetOldNotes(rows, now)
    const lags = judgeRows({ ...rows, logEnds, names, settingsOf, now })
    for (const [slot, lag] of lags) {
      // Do not evaluate a partial lag on the first round, which may be mostly unknown; later do, since a partition may
      // stay unknown for good.
      if (lag.isWhole || !this.#isNew) this.#judgeLag(slot, lag, now)
    }
    this.#isNew = false
    for (const [group, lags] of shares) this.#judgeShares(group, lags, now)
    for (const slot of this.#allLagging()) {
      if (slot.offsets === 0 && slot.group?.type !== 'share') this.#judgeLag(slot, null, now)
    }
  }

  /** `listedAt` is null where the coordinator did not list its groups. */
  #judgeStates(states: GroupSamples['states'], listedAt: number | null): void {
    const early: GroupSlot[] = []
    for (const sample of states) {
      const slot = this.#options.groups.get(sample.group)
      if (slot === undefined) continue
      this.#groups.judgeSampledState(slot, sample, this.#quietAt(slot, slot.group))
      if (isRebalancing(sample) && !saysSomethingOf(slot.group, sample)) early.push(slot)
    }
    if (listedAt === null) return
    this.#listedAt = listedAt
    this.#listedEarly.clear()
    for (const slot of early) this.#listedEarly.add(slot)
  }

  /**
   * When the group last did not rebalance, as far as samples tell. A sample that came too early to be judged may have
   * shown the next rebalance already: only the last record shows that there was none.
   */
  #quietAt(slot: GroupSlot, group: Group | null): number | null {
    return this.#listedEarly.has(slot) ? (group?.metadataAt?.timestamp ?? null) : this.#listedAt
  }

  #judgeShares(group: string, lags: readonly ShareLag[], now: number): void {
    const slot = this.#options.groups.get(group)
    if (slot?.group?.type !== 'share') return
    const sum = this.#groups.judgeShares(slot, lags, now)
    if (sum !== null) this.#judgeLag(slot, sum, now)
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

  /** True where `settle` would have nothing to do. */
  get isSettled(): boolean {
    const { watch } = this.#options.table
    return watch === null || watch.touchedCount === 0
  }

  /** After a batch: commits and tombstones of rows that were behind or have open conditions. */
  settle(timestamp: number): void {
    const { table, settingsOf } = this.#options
    const { watch } = table
    if (watch === null || this.isSettled) return
    settleRows({ ...this.#rows(watch), settingsOf, timestamp })
  }

  /** The events since the last call. */
  take(): readonly KoffEvent[] {
    return this.#emit.take()
  }

  /** Owners and subscriptions change with records, the number of partitions with samples: nothing else is looked at. */
  #judgeAssignments(now: number): void {
    const { logEnds, groups } = this.#options
    if (logEnds.topicsVersion === 0) return
    const isNew = logEnds.topicsVersion !== this.#topicsVersion
    const slots = isNew || this.#changed === null ? groups.values() : this.#changed
    for (const slot of slots) {
      if (slot.group === null || slot.group.members.size === 0) continue
      if (this.#groups.judgeTopics(slot, now)) this.#noteDeadline(slot)
    }
    this.#topicsVersion = logEnds.topicsVersion
    this.#changed = new Set()
  }

  /** `sampled` is null for a group without committed offsets. */
  #judgeLag(slot: GroupSlot, sampled: SampledLag | null, now: number): void {
    if (!this.#groups.judgeLag(slot, sampled, now)) return
    if (hasOpenLag(slot)) this.#lagging?.add(slot)
    else this.#lagging?.delete(slot)
  }

  #end(slot: GroupSlot, moment: GroupMoment): void {
    this.#deadlines?.delete(slot)
    this.#changed?.delete(slot)
    this.#lagging?.delete(slot)
    this.#listedEarly.delete(slot)
    this.#groups.end(slot, moment)
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

  /** After a restore nothing is known at first. */
  #allDeadlines(): Map<GroupSlot, number> {
    if (this.#deadlines === null) {
      this.#deadlines = new Map()
      for (const slot of this.#options.groups.values()) this.#noteDeadline(slot)
    }
    return this.#deadlines
  }
}

/** Old notes are looked for this often. */
const forgetEveryMs = 300_000
