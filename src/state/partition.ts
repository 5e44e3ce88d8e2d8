import type { KoffEvent } from '../events/envelope.ts'
import type { BatchFault, RecordBatch } from '../kafka/records/batch.ts'
import type { RecordCursor } from '../kafka/records/recordCursor.ts'
import { BatchReader } from './batchReader.ts'
import { Conditions, type GroupSamples } from './conditions/conditions.ts'
import { LogEnds } from './conditions/logEnds.ts'
import { defaultConditionSettings } from './conditions/settings.ts'
import { forgetHistory } from './forgetHistory.ts'
import { compareText, type Group, noNames } from './group/group.ts'
import { exists, type GroupSlot, newGroupSlot, setGroup } from './group/groupSlot.ts'
import { exchangeNames } from './group/holdNames.ts'
import { LearnedNames } from './group/learnedNames.ts'
import { noteTally } from './group/tally.ts'
import { Offsets } from './offsets/offsets.ts'
import type { PartitionOptions } from './partitionOptions.ts'
import { StateChanges } from './stored/changes.ts'
import type { StoredPartition } from './stored/entry.ts'
import { noteGroupChanges } from './stored/groupChanges.ts'
import { replayHistory } from './transition/afterHistory.ts'
import type { Collected } from './transition/collect.ts'
import { ToldBatch } from './transition/placeEvents.ts'
import { type Reduced, reduceGroup } from './transition/reduceGroup.ts'
import { groupSnapshots, snapshotOf } from './transition/snapshot.ts'
import { undecodableBatch } from './transition/undecodable.ts'

/** A group before and after a transition. */
export interface Change {
  readonly transition: Collected
  readonly before: Group | null
  /** The group afterwards, and the meaning of the difference; null in history, which emits nothing. */
  readonly reduced: Reduced | null
  /** A group of that name ended in the transition. */
  readonly isEnded: boolean
}

/**
 * The state of one partition of `__consumer_offsets`, and its changes. Batches must come in log order. Events depend on
 * the batches only, not on how they were fetched, nor on a clock.
 */
export class PartitionState {
  readonly groups = new Map<string, GroupSlot>()
  readonly offsets: Offsets
  /** Names of topic ids. */
  readonly names: LearnedNames
  /** The next offset to read. */
  position = 0
  /** Leader epoch of the last batch read; -1: unknown. */
  leaderEpoch = -1
  /** How many snapshots the end of history made, in this process; null: history has not ended. */
  snapshotsMade: number | null = null
  /** Reads batches, and counts records. */
  readonly reader: BatchReader
  /** Null: this state is not stored. */
  readonly changes: StateChanges | null
  /** The end of the log when the partition was first read; null: unknown, or nothing is history. */
  historyEnd: number | null = null
  #history: boolean
  readonly #options: PartitionOptions
  #events: KoffEvent[] = []
  /** Transitions of the present batch. */
  readonly #told = new ToldBatch()
  readonly #conditions: Conditions

  constructor(options: PartitionOptions) {
    this.#options = options
    this.#history = options.history
    const { everyCommit } = options
    this.changes = options.tracksChanges === true ? new StateChanges() : null
    const names = new LearnedNames(options.names, id => this.changes?.note({ kind: 'topic', id }))
    this.names = names
    const { partition, cluster, logEnds = new LogEnds(), hashSeed = [0, 0] } = options
    const { changes, groups } = this
    const slotOf = (name: string) => this.slotOf(name)
    const releaseSlot = (slot: GroupSlot) => this.releaseSlot(slot)
    const isHistory = options.history
    this.offsets = new Offsets({ names, everyCommit, hashSeed, isHistory, changes, slotOf, releaseSlot })
    this.reader = new BatchReader({ partition, cluster, names, offsets: this.offsets, groups, slotOf })
    if (options.history) this.offsets.table.keepTopicIds()
    this.#conditions = new Conditions({
      partition,
      cluster,
      names,
      logEnds,
      settingsOf: options.conditionSettings ?? (() => defaultConditionSettings),
      table: this.offsets.table,
      groups,
      changes,
    })
  }

  get cluster(): string {
    return this.#options.cluster
  }

  get partition(): number {
    return this.#options.partition
  }

  /** Timestamp of the last record; -1 before the first. */
  get timestamp(): number {
    return this.reader.timestamp
  }

  get inHistory(): boolean {
    return this.#history
  }

  /** Continues from a stored state. */
  restore({ position, leaderEpoch = -1, timestamp, inHistory, historyEnd }: StoredPartition): void {
    this.position = position
    this.leaderEpoch = leaderEpoch
    this.reader.timestamp = timestamp
    this.historyEnd = historyEnd
    this.#history = inHistory
    this.offsets.isHistory = inHistory
    if (!inHistory) this.offsets.table.topicIds = null
  }

  /** Before a batch: conditions that open or close before its first record. */
  begin(batch: RecordBatch): void {
    // The base timestamp of a batch may be its delete horizon (KIP-534), which can be later than its records.
    const time = Math.min(batch.baseTimestamp, batch.maxTimestamp)
    // Just before the record: a record at the deadline itself ends the condition in time.
    if (!this.#history && time > this.#conditions.nextDeadline) this.#conditions.advance(time - 1)
    this.#add(this.#conditions.take())
  }

  /**
   * Reads the records of a batch. Null: the batch only moved offsets forward. Else its transitions in order; each must
   * go through `diff` before the next one is requested.
   */
  read(batch: RecordBatch, cursor: RecordCursor): Iterable<Collected> | null {
    this.position = batch.lastOffset + 1
    this.leaderEpoch = batch.leaderEpoch
    return this.reader.read(batch, cursor)
  }

  /** The group before and after a transition. */
  diff(transition: Collected): Change {
    const { slot, records, changes } = transition
    const { names } = this
    const { everyCommit } = this.#options
    const { timestamp, commits, recreations } = changes
    const before = slot.group
    const input = {
      group: slot.name,
      isHistory: this.#history,
      records,
      commits,
      offsets: slot.offsets,
      recreations,
      time: timestamp,
      names,
      everyCommit,
    }
    if (this.#history) {
      const { after, isEnded } = replayHistory(before, input)
      this.#setGroup(slot, after, changes.position)
      return { transition, before, reduced: null, isEnded }
    }
    const reduced = reduceGroup(before, input)
    this.#setGroup(slot, reduced.after, changes.position)
    this.#told.add(slot.name, reduced, transition)
    return { transition, before, reduced, isEnded: reduced.isEnded }
  }

  /** Evaluates the conditions of the group that a transition changed. */
  judgeChange({ transition: { slot, records, changes }, before, reduced }: Change): void {
    if (reduced === null || (before === null && reduced.after === null)) return
    const { position: offset, timestamp } = changes
    const isAboutGroup = records.length > 0
    const anchor = { offset, timestamp }
    noteTally(slot, reduced.drafts)
    this.#conditions.transition(slot, { before, drafts: reduced.drafts, anchor, time: timestamp, isAboutGroup })
  }

  /** Releases what the transition ended. */
  endTransition({ transition: { slot, changes }, reduced, isEnded }: Change): void {
    if (reduced !== null) this.offsets.endTransition(slot, reduced.resets, reduced.moved)
    if (isEnded) this.offsets.forget(slot, changes.position)
    if (slot.group === null) this.releaseSlot(slot)
  }

  /** True where `end` would have nothing to do. */
  get isQuiet(): boolean {
    const { reader, names } = this
    const isTold = this.#events.length > 0 || !this.#told.isEmpty
    return !isTold && !reader.hasFaults && !names.hasTooMany && this.#conditions.isSettled
  }

  /** The end of a batch: its events in log order, those of a transition in the order of the contract. */
  end(): readonly KoffEvent[] {
    this.#add(this.reader.takeFaults())
    this.names.limitOrphans()
    this.#conditions.settle(this.timestamp)
    const ofConditions = this.#conditions.take()
    if (ofConditions.length > 0 || !this.#told.isEmpty) this.#add(this.#told.take(ofConditions, this.#options))
    if (this.#events.length === 0) return NO_EVENTS
    const events = this.#events
    this.#events = []
    return this.#history ? NO_EVENTS : events
  }

  /** Bytes that are not a batch: reported and skipped. */
  applyFault(fault: BatchFault): readonly KoffEvent[] {
    this.reader.undecodable++
    if (this.#history) return NO_EVENTS
    return [undecodableBatch(this.#options, fault, fault.offset ?? this.position, this.timestamp)]
  }

  /** The end of a round of samples, or a tick without samples: evaluates conditions at that time. */
  judge(now: number, samples?: GroupSamples): readonly KoffEvent[] {
    if (this.#history) return NO_EVENTS
    this.#conditions.round(now, samples)
    return this.#conditions.take()
  }

  /**
   * The partition was read to its end at the start: what follows is news. `time` is for a partition without records.
   */
  endHistory(time: number): readonly KoffEvent[] {
    if (!this.#history) return NO_EVENTS
    this.#history = false
    forgetHistory(this)
    const { position } = this
    const events = snapshotOf(this.sortedGroups(), {
      ...this.#options,
      names: this.names,
      position,
      time: this.timestamp < 0 ? time : this.timestamp,
    })
    this.snapshotsMade = events.filter(({ type }) => type === 'group-snapshot').length
    return events
  }

  /** Snapshots, at the position, of groups that had none yet; their ids are numbered from `first` on. */
  snapshots(isWanted: (slot: GroupSlot) => boolean, first: number): readonly KoffEvent[] {
    const place = { ...this.#options, names: this.names, position: this.position, time: this.timestamp }
    return groupSnapshots(this.sortedGroups().filter(isWanted), place, first)
  }

  #add(events: readonly KoffEvent[]): void {
    if (events.length > 0) this.#events.push(...events)
  }

  #setGroup(slot: GroupSlot, after: Group | null, position: number): void {
    exchangeNames(this.names, slot.group?.topicNames ?? noNames, after?.topicNames ?? noNames, position)
    if (this.changes !== null && after !== slot.group) noteGroupChanges(this.changes, slot.group, after)
    after?.members.seal()
    setGroup(slot, after)
  }

  /** Releases the slot of an unknown group, unless an open transaction has commits for it. */
  releaseSlot(slot: GroupSlot): void {
    if (slot.group !== null || slot.rows > 0) return
    this.offsets.forget(slot, this.position)
    if (slot.conditions !== null) this.changes?.conditions.add(slot.name)
    this.groups.delete(slot.name)
  }

  /** The slot of a group by name; creates it when there is none. */
  slotOf(name: string): GroupSlot {
    let slot = this.groups.get(name)
    if (slot === undefined) {
      slot = newGroupSlot(name)
      this.groups.set(name, slot)
    }
    return slot
  }

  /** The groups that exist, by name in code-point order. */
  sortedGroups(): GroupSlot[] {
    return [...this.groups.values()].filter(exists).sort((a, b) => compareText(a.name, b.name))
  }
}

const NO_EVENTS: readonly KoffEvent[] = []
