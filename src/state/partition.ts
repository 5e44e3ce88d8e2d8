import { decodeRecordAt } from '../coordinator/decode.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { BatchFault, RecordBatch } from '../kafka/records/batch.ts'
import { brokenBatch } from '../kafka/records/batchFault.ts'
import { controlType } from '../kafka/records/controlRecord.ts'
import type { RecordCursor } from '../kafka/records/recordCursor.ts'
import { Conditions } from './conditions/conditions.ts'
import { conditionsAfterHistory } from './conditions/groupConditions.ts'
import { LogEnds } from './conditions/logEnds.ts'
import { defaultConditionSettings, type SettingsOf } from './conditions/settings.ts'
import { compareText, type Group } from './group/group.ts'
import { type GroupSlot, newGroupSlot, setGroup, topicsWithId } from './group/groupSlot.ts'
import type { TopicNames } from './group/topicNames.ts'
import type { HashSeed } from './offsets/halfSipHash.ts'
import { Offsets } from './offsets/offsets.ts'
import { topicNamesIn } from './records/namedTopics.ts'
import { StateChanges } from './stored/changes.ts'
import type { StoredPartition } from './stored/entry.ts'
import { noteGroupChanges } from './stored/groupChanges.ts'
import { groupAfterHistory, replayHistory } from './transition/afterHistory.ts'
import { type Collected, collectTransitions } from './transition/collect.ts'
import { cutDrafts, placeEvents, type Told } from './transition/placeEvents.ts'
import { type Reduced, reduceGroup } from './transition/reduceGroup.ts'
import type { PlacedRecord } from './transition/replayRecords.ts'
import { groupSnapshots, snapshotOf } from './transition/snapshot.ts'
import { undecodableBatch, undecodableRecord } from './transition/undecodable.ts'

export interface PartitionOptions {
  /** Of `__consumer_offsets`. */
  readonly partition: number
  readonly cluster: string
  readonly names: TopicNames
  /** `offset-committed` is wanted: every commit is described. */
  readonly everyCommit: boolean
  /** True: what comes is history, which makes state and no events, until `endHistory`. */
  readonly history: boolean
  /** What changes is noted for `takeChanges`: of use where the state is stored. Default false. */
  readonly tracksChanges?: boolean
  /** Random where keys can be chosen by strangers: no event depends on it. */
  readonly hashSeed?: HashSeed
  /** When conditions over time open; the defaults for every group unless given. */
  readonly conditionSettings?: SettingsOf
  /** Where logs end, as sampled; nobody samples unless given. */
  readonly logEnds?: LogEnds
}

/** A group before and after a transition. */
export interface Change {
  readonly transition: Collected
  readonly before: Group | null
  /** The group after it and what the difference means; null in history, which means nothing. */
  readonly reduced: Reduced | null
  /** A group of that name ended. */
  readonly isEnded: boolean
}

/**
 * The state of one partition of `__consumer_offsets`, and what happens to it. Batches must come in log order. The events
 * depend on the batches alone, not on how they were fetched, nor on any clock.
 */
export class PartitionState {
  readonly groups = new Map<string, GroupSlot>()
  readonly offsets: Offsets
  /** The next offset to read. */
  position = 0
  /** Timestamp of the last record read; -1 before the first. */
  timestamp = -1
  /** Records read by this process; control records are none. */
  records = 0
  /** Of these, offset records that Kafka accepts: commits, those of transactions too, and tombstones. */
  offsetRecords = 0
  /** Records and batches that could not be read. */
  undecodable = 0
  /** Null: nobody stores this state. */
  readonly changes: StateChanges | null
  /** Where history ends, as it was when the partition was first read; null: not known, or nothing is history. */
  historyEnd: number | null = null
  #history: boolean
  readonly #options: PartitionOptions
  /** Records about groups in the present batch. */
  readonly #records: PlacedRecord[] = []
  #events: KoffEvent[] = []
  /** The next free ordinal of the marker that is being read. */
  #ordinal = 0
  /** Transitions of the present batch. */
  readonly #told: Told[] = []
  readonly #conditions: Conditions

  constructor(options: PartitionOptions) {
    this.#options = options
    this.#history = options.history
    const { names, everyCommit } = options
    this.changes = options.tracksChanges === true ? new StateChanges() : null
    const { partition, cluster, logEnds = new LogEnds(), hashSeed = [0, 0] } = options
    this.offsets = new Offsets({
      names,
      everyCommit,
      hashSeed,
      isHistory: options.history,
      changes: this.changes,
      slotOf: name => this.slotOf(name),
    })
    if (options.history) this.offsets.table.keepTopicIds()
    this.#conditions = new Conditions({
      partition,
      cluster,
      names,
      logEnds,
      settingsOf: options.conditionSettings ?? (() => defaultConditionSettings),
      table: this.offsets.table,
      groups: this.groups,
      changes: this.changes,
    })
  }

  get names(): TopicNames {
    return this.#options.names
  }

  get cluster(): string {
    return this.#options.cluster
  }

  get partition(): number {
    return this.#options.partition
  }

  get inHistory(): boolean {
    return this.#history
  }

  /** Goes on where a stored state was. */
  restore({ position, timestamp, inHistory, historyEnd }: StoredPartition): void {
    this.position = position
    this.timestamp = timestamp
    this.historyEnd = historyEnd
    this.#history = inHistory
    this.offsets.isHistory = inHistory
    if (!inHistory) this.offsets.table.topicIds = null
  }

  /** Before a batch: what comes true before its first record. */
  begin(batch: RecordBatch): void {
    // A batch with a delete horizon has that as its base (KIP-534), which may lie after its records.
    const time = Math.min(batch.baseTimestamp, batch.maxTimestamp)
    // Not the time itself: a record at the very deadline ends the condition in time.
    if (!this.#history && time > this.#conditions.nextDeadline) this.#conditions.advance(time - 1)
    this.#events.push(...this.#conditions.take())
  }

  /**
   * Takes the records of a batch. Null: all it did was move offsets forward. Else its transitions, in order; each must be
   * taken through `diff` before the next one is asked for.
   */
  read(batch: RecordBatch, cursor: RecordCursor): Iterable<Collected> | null {
    this.offsets.begin()
    this.position = batch.lastOffset + 1
    if (batch.isControl) return this.#ofMarkers(batch, cursor)
    this.#takeRecords(batch, cursor)
    return this.offsets.notable || this.#records.length > 0 ? this.#ofRecords(cursor) : null
  }

  /** The group before and after a transition. */
  diff(transition: Collected): Change {
    const { slot, records, changes, continues } = transition
    const { names, everyCommit } = this.#options
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
      this.#setGroup(slot, after)
      return { transition, before, reduced: null, isEnded }
    }
    const reduced = reduceGroup(before, input)
    this.#setGroup(slot, reduced.after)
    const { position: offset } = changes
    const cut = cutDrafts(slot.name, reduced)
    const ordinal = continues ? this.#ordinal : 0
    this.#told.push({ group: slot.name, ...cut, offset, timestamp, ordinal })
    this.#ordinal = ordinal + cut.drafts.length
    return { transition, before, reduced, isEnded: reduced.isEnded }
  }

  /** Judges the conditions of the group that a transition changed. */
  judgeChange({ transition: { slot, records, changes }, before, reduced }: Change): void {
    if (reduced === null || (before === null && reduced.after === null)) return
    const { position: offset, timestamp } = changes
    const isAboutGroup = records.length > 0
    const anchor = { offset, timestamp }
    this.#conditions.transition(slot, { before, drafts: reduced.drafts, anchor, time: timestamp, isAboutGroup })
  }

  /** Lets go of what the transition ended. */
  endTransition({ transition: { slot }, reduced, isEnded }: Change): void {
    if (reduced !== null) this.offsets.endTransition(slot, reduced.resets, reduced.moved)
    if (isEnded) this.offsets.forget(slot)
    if (slot.group === null) this.releaseSlot(slot)
  }

  /** The end of a batch: its events in the order of the log, those of a transition in the order of the contract. */
  end(): readonly KoffEvent[] {
    this.#conditions.settle(this.timestamp)
    this.#placeEvents()
    if (this.#events.length === 0) return NO_EVENTS
    const events = this.#events
    this.#events = []
    return this.#history ? NO_EVENTS : events
  }

  /** Bytes that are not a batch: reported, and passed over. */
  applyFault(fault: BatchFault): readonly KoffEvent[] {
    this.undecodable++
    if (this.#history) return NO_EVENTS
    return [undecodableBatch(this.#options, fault, fault.offset ?? this.position, this.timestamp)]
  }

  /** The end of a round of samples, or a tick without any: what is true at that time. */
  judge(now: number): readonly KoffEvent[] {
    if (this.#history) return NO_EVENTS
    this.#conditions.round(now)
    return this.#conditions.take()
  }

  /** The events of the transitions, each with those of its group's conditions; then those of other groups. */
  #placeEvents(): void {
    const ofConditions = this.#conditions.take()
    const byGroup = ofConditions.length === 0 ? null : Map.groupBy(ofConditions, ({ group }) => group)
    for (const told of this.#told) {
      this.#events.push(...placeEvents(told, byGroup?.get(told.group) ?? NO_EVENTS, this.#options))
      byGroup?.delete(told.group)
    }
    this.#told.length = 0
    for (const events of byGroup?.values() ?? []) this.#events.push(...events)
  }

  /** The end as it was at start is reached: from here on events are news. `time` serves a partition without records. */
  endHistory(time: number): readonly KoffEvent[] {
    if (!this.#history) return NO_EVENTS
    this.#history = false
    this.#forgetHistory()
    const { position } = this
    return snapshotOf(this.sortedGroups(), {
      ...this.#options,
      position,
      time: this.timestamp < 0 ? time : this.timestamp,
    })
  }

  /** What is left is a function of the last record of each live key and of the open transactions. */
  #forgetHistory(): void {
    const { changes, offsets } = this
    for (const slot of this.groups.values()) {
      const after = groupAfterHistory(slot.group, slot.offsets)
      if (changes !== null) noteGroupChanges(changes, slot.group, after)
      slot.lastType = 'simple'
      setGroup(slot, after)
      slot.conditions = conditionsAfterHistory(after)
      changes?.conditions.add(slot.name)
    }
    offsets.endHistory(this.groups)
    for (const slot of this.groups.values()) this.releaseSlot(slot)
  }

  /** Snapshots of groups that nobody was told of before, at the position; their ids are numbered from `first` on. */
  snapshots(isWanted: (slot: GroupSlot) => boolean, first: number): readonly KoffEvent[] {
    const place = { ...this.#options, position: this.position, time: this.timestamp }
    return groupSnapshots(this.sortedGroups().filter(isWanted), place, first)
  }

  /** Takes the offsets of the records at once, and keeps the records about groups for their transitions. */
  #takeRecords(batch: RecordBatch, cursor: RecordCursor): void {
    const { offsets } = this
    const { isTransactional, producerId } = batch
    while (cursor.next()) {
      this.records++
      if (isOffsetRecord(cursor)) {
        if (isTransactional ? offsets.applyPending(cursor, producerId) : offsets.apply(cursor)) {
          this.offsetRecords++
          continue
        }
      }
      this.#keepDecoded(cursor)
    }
    if (cursor.fault !== null) this.#reportBrokenBatch(batch, cursor.fault)
    if (batch.recordCount > 0) this.timestamp = cursor.timestamp
  }

  #keepDecoded(cursor: RecordCursor): void {
    const { bytes, offset, timestamp, keyStart, keyEnd, valueStart, valueEnd } = cursor
    const decoded = decodeRecordAt(bytes, keyStart, keyEnd, valueStart, valueEnd)
    if (decoded.kind === 'undecodable') {
      this.undecodable++
      const known = decoded.group === null ? undefined : this.groups.get(decoded.group)?.group?.type
      this.#events.push(undecodableRecord(this.#options, decoded, cursor, known))
    } else if (decoded.type !== 'OFFSET_COMMIT' && decoded.type !== 'LEGACY_OFFSET_COMMIT') {
      this.#records.push({ record: decoded, at: { offset, timestamp } })
      for (const [id, name] of topicNamesIn(decoded)) {
        this.names.learn(id, name)
        this.changes?.note({ kind: 'topic', id })
      }
    }
  }

  *#ofMarkers(batch: RecordBatch, cursor: RecordCursor): Generator<Collected, void, undefined> {
    while (cursor.next()) {
      const type = controlType(cursor)
      this.timestamp = cursor.timestamp
      if (type === 'UNKNOWN') continue
      const ended = this.offsets.complete(batch.producerId, type === 'COMMIT', cursor.offset, cursor.timestamp)
      let continues = false
      for (const [slot, changes] of ended) {
        yield { slot, records: [], changes, continues }
        continues = true
      }
    }
    if (cursor.fault !== null) this.#reportBrokenBatch(batch, cursor.fault)
  }

  #ofRecords(cursor: RecordCursor): readonly Collected[] {
    const records = this.#records.splice(0)
    return collectTransitions(this.offsets, records, { cursor, slotOf: name => this.slotOf(name) })
  }

  #setGroup(slot: GroupSlot, after: Group | null): void {
    if (this.changes !== null && after !== slot.group) noteGroupChanges(this.changes, slot.group, after)
    after?.members.seal()
    setGroup(slot, after)
  }

  /** Gives up the slot of a group that is not known, unless an open transaction wants to commit offsets of it. */
  releaseSlot(slot: GroupSlot): void {
    if (slot.group !== null || slot.rows > 0) return
    for (const topic of topicsWithId(slot)) this.changes?.note({ kind: 'topicId', group: slot.name, topic })
    if (slot.conditions !== null) this.changes?.conditions.add(slot.name)
    this.groups.delete(slot.name)
  }

  /** The slot of a group by name, made when there is none. */
  slotOf(name: string): GroupSlot {
    let slot = this.groups.get(name)
    if (slot === undefined) {
      slot = newGroupSlot(name)
      this.groups.set(name, slot)
    }
    return slot
  }

  #reportBrokenBatch(batch: RecordBatch, reason: string): void {
    this.undecodable++
    const fault = brokenBatch(batch, batch.baseOffset, reason)
    this.#events.push(undecodableBatch(this.#options, fault, batch.lastOffset, batch.maxTimestamp))
  }

  /** Known groups by name, in code-point order. */
  sortedGroups(): GroupSlot[] {
    const known = [...this.groups.values()].filter(slot => slot.group !== null)
    return known.sort((a, b) => compareText(a.name, b.name))
  }
}

const NO_EVENTS: readonly KoffEvent[] = []

/** By its type: of the two that there are, 0 is of brokers before 0.9. */
function isOffsetRecord({ words, keyStart, keyEnd }: RecordCursor): boolean {
  return keyEnd - keyStart >= 2 && words.getUint16(keyStart) <= 1
}
