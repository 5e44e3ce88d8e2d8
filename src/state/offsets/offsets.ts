import { OffsetCommitView, readOffsetCommitValue } from '../../coordinator/offsetCommit.ts'
import { wordsOf } from '../../kafka/records/int64.ts'
import type { RecordCursor } from '../../kafka/records/recordCursor.ts'
import { decodeUtf8 } from '../../kafka/records/utf8.ts'
import { type GroupSlot, type TopicSlot, topicIdOf } from '../group/groupSlot.ts'
import { holdNames } from '../group/holdNames.ts'
import type { LearnedNames } from '../group/learnedNames.ts'
import type { StateChanges } from '../stored/changes.ts'
import { offsetKey, rowConditionKey } from '../stored/entry.ts'
import type { CommitChange, Moved, Recreation } from '../transition/offsets.ts'
import { afterHistory } from './afterHistory.ts'
import { commitTime, recordTime } from './commitTime.ts'
import type { HashSeed } from './halfSipHash.ts'
import { keepLiveTopicIds } from './liveTopicIds.ts'
import { meaningOf, standingFor } from './meaningOf.ts'
import { findRow, INVALID, NONE, RowFinder } from './rowFinder.ts'
import { countSteps, endAllSteps, endSilentSteps, isJudgedSimple } from './steps.ts'
import { FORMER, MOVED, OffsetTable, OLD, PRESENT, REPEATED, STEPPED, TRANSACTIONAL } from './table.ts'
import { TopicMemory } from './topicMemory.ts'
import { ABSENT, Touched } from './touched.ts'
import { OpenTransactions } from './transactions.ts'

export interface OffsetsOptions {
  readonly names: LearnedNames
  /** The slot of a group by name; creates it when there is none. */
  readonly slotOf: (name: string) => GroupSlot
  /** Called with a slot without a transition that may have lost its last row. */
  readonly releaseSlot: (slot: GroupSlot) => void
  /** The seed of the table's hash. */
  readonly hashSeed: HashSeed
  readonly isHistory: boolean
  /** Every commit is described (`offset-committed` is on), not only those with another meaning, too. */
  readonly everyCommit: boolean
  /** Where changes are recorded; null where the state is not stored. */
  readonly changes: StateChanges | null
}

/** Net changes of one group's offsets in one transition. */
export interface OffsetChanges {
  readonly commits: CommitChange[]
  readonly recreations: Recreation[]
  /** Log position and timestamp of the group's last offset record. */
  position: number
  timestamp: number
}

/**
 * The hot path: sees every offset commit of a partition. A commit that only moves forward costs a comparison of its
 * key, a few reads and a few stores. Anything else marks the transition as `notable`, and only then is it described.
 */
export class Offsets {
  readonly table: OffsetTable
  readonly transactions = new OpenTransactions()
  /** True where the transition may have changed something that an event reports. */
  notable = false
  /** Groups with tombstones of unknown keys, which change nothing: position of the last one in the transition. */
  readonly strays = new Map<string, { readonly position: number; readonly timestamp: number }>()
  readonly #touched: Touched
  readonly #view = new OffsetCommitView()
  readonly #options: OffsetsOptions
  readonly #changes: StateChanges | null
  readonly #rows: RowFinder
  /** Rows whose partition was reassigned before this transition committed them. */
  readonly #moved = new Set<number>()
  /** What follows is history, for which the time of an offset's growth is not kept. */
  #isHistory = false
  /** The flags of a row of which no commit but a lower one has a meaning; of them only `#growthFlags` may differ. */
  #ordinaryFlags = 0
  #growthFlags = 0
  readonly #topics: TopicMemory

  constructor(options: OffsetsOptions) {
    this.#options = options
    this.#changes = options.changes
    this.isHistory = options.isHistory
    this.table = new OffsetTable(options.hashSeed)
    this.#touched = new Touched(this.table)
    this.#rows = new RowFinder(this.table, options.slotOf)
    this.#topics = new TopicMemory(this.table, options.names, options.changes)
  }

  set isHistory(isHistory: boolean) {
    this.#isHistory = isHistory
    this.#ordinaryFlags = isHistory ? PRESENT | OLD : PRESENT
    this.#growthFlags = isHistory ? 0 : REPEATED | OLD
  }

  /** Begins a transition. */
  begin(): void {
    this.#touched.clear()
    if (this.strays.size > 0) this.strays.clear()
    if (this.#moved.size > 0) this.#moved.clear()
    this.notable = this.#options.everyCommit
    this.#topics.begin()
  }

  /** An offset record of a plain batch. False: Kafka would not accept it. */
  apply(cursor: RecordCursor): boolean {
    const row = this.#rows.find(cursor)
    if (row === INVALID) return false
    if (cursor.valueStart < 0) return this.#tombstone(row, cursor)
    const view = this.#view
    if (!readOffsetCommitValue(cursor.words, cursor.valueStart, cursor.valueEnd, typeIdOf(cursor), view)) return false
    this.#set(row === NONE ? this.#rows.add(cursor) : row, cursor, view)
    return true
  }

  /** An offset record of a transactional batch, which counts at its marker. False: Kafka would not accept it. */
  applyPending(cursor: RecordCursor, producerId: bigint): boolean {
    const { bytes, words } = cursor
    let row = this.#rows.find(cursor)
    if (row === INVALID) return false
    if (cursor.valueStart < 0) return this.#tombstone(row, cursor)
    const view = this.#view
    if (!readOffsetCommitValue(words, cursor.valueStart, cursor.valueEnd, typeIdOf(cursor), view)) return false
    const topicId =
      view.topicIdStart < 0 ? null : Buffer.from(bytes.subarray(view.topicIdStart, view.topicIdStart + 16))
    const commit = {
      offset: view.offset,
      exact: view.offsetBig,
      position: cursor.offset,
      leaderEpoch: view.leaderEpoch,
      metadata: decodeUtf8(bytes, view.metadataStart, view.metadataEnd),
      topicId,
    }
    if (row === NONE) row = this.#rows.add(cursor)
    if (this.transactions.add(producerId, { row, ...commit }))
      this.table.pending[row] = (this.table.pending[row] ?? 0) + 1
    this.#changes?.producers.add(producerId)
    return true
  }

  /**
   * A marker. At COMMIT the producer's commits count, except where a later record of the key already counts: the broker
   * keeps the one with the higher log position.
   */
  complete(producerId: bigint, isCommit: boolean, position: number, time: number): Map<GroupSlot, OffsetChanges> {
    const changes = new Map<GroupSlot, OffsetChanges>()
    const touchedRows: number[] = []
    const { table } = this
    const noted = this.#changes
    for (const commit of this.transactions.take(producerId)) {
      const { row } = commit
      touchedRows.push(row)
      noted?.producers.add(producerId)
      table.pending[row] = (table.pending[row] ?? 1) - 1
      if (!isCommit || (table.isPresent(row) && (table.positions[row] ?? 0) > commit.position)) continue
      const slot = table.groupOf(row)
      const topic = table.topicOf(row)
      const partition = table.partitions[row] ?? 0
      const before = table.isPresent(row) ? table.offsetOf(row) : null
      if (before === null) this.#topics.recall(row, time, position)
      else this.#beforeCommit(row, time)
      if (before !== null && !this.#isHistory) {
        table.noteGrowth(row, !(commit.offset <= (table.offsets[row] as number)))
      }
      table.set(row, commit.offset, commit.exact, time, commit.position)
      if (this.#isHistory) table.mark(row, TRANSACTIONAL | OLD)
      noted?.noteRow(row)
      this.#touch(row, position, time)
      const topicId = commit.topicId === null ? null : wordsOf(commit.topicId)
      if (topicId !== null) this.#noteTopicId(row, topicId, 0, position)
      table.setTopicId(row, topicId)
      changesOf(changes, slot, position, time).commits.push({
        row,
        topic: topic.name,
        partition,
        before,
        after: table.offsetOf(row),
        wasCommitted: true,
        deletedAt: -1,
        position,
        transactional: true,
        time,
        metadata: commit.metadata,
        leaderEpoch: commit.leaderEpoch < 0 ? null : commit.leaderEpoch,
        changedOwner: this.#moved.has(row),
        isJudgedSimple: isJudgedSimple(table, row),
      })
    }
    this.#addRecreations(changes, position, time)
    for (const row of touchedRows) {
      const slot = table.groupOf(row)
      this.#release(row)
      if (!changes.has(slot)) this.#options.releaseSlot(slot)
    }
    return changes
  }

  /** The changes of a plain batch, by group. `cursor` is the one that its records were read with. */
  changes(cursor: RecordCursor): Map<GroupSlot, OffsetChanges> {
    const { table } = this
    const view = this.#view
    const changes = new Map<GroupSlot, OffsetChanges>()
    const touches = this.#touched.net()
    for (const { row, start, before, wasCommitted, tombstoneStart } of touches) {
      let deletedAt = -1
      if (tombstoneStart >= 0) {
        cursor.goBack(tombstoneStart)
        deletedAt = cursor.offset
      }
      cursor.goBack(start)
      const { words, offset: position, timestamp, valueStart, valueEnd } = cursor
      const isCommit = valueStart >= 0
      // It was accepted before, with either type of key: type 1 allows all versions.
      if (isCommit) readOffsetCommitValue(words, valueStart, valueEnd, 1, view)
      const isTold = isCommit && this.#options.everyCommit
      changesOf(changes, table.groupOf(row), position, timestamp).commits.push({
        row,
        topic: table.topicOf(row).name,
        partition: table.partitions[row] ?? 0,
        before,
        after: table.isPresent(row) ? table.offsetOf(row) : null,
        wasCommitted,
        deletedAt,
        position,
        transactional: false,
        time: isCommit ? commitTime(view, timestamp) : timestamp,
        metadata: isTold ? decodeUtf8(cursor.bytes, view.metadataStart, view.metadataEnd) : '',
        leaderEpoch: isTold && view.leaderEpoch >= 0 ? view.leaderEpoch : null,
        changedOwner: this.#moved.has(row),
        isJudgedSimple: isJudgedSimple(table, row),
      })
    }
    this.#addRecreations(changes, 0, 0)
    for (const { row } of touches) this.#release(row)
    return changes
  }

  /** The transition of a group is over, with its commits that were resets, and with the partitions that it moved. */
  endTransition(slot: GroupSlot, resets: readonly CommitChange[], moved: Moved | null): void {
    if (resets.length > 0) countSteps(this.table, resets)
    if (slot.steps !== null && slot.standing !== 'without-members') endAllSteps(slot, this.table, this.#changes)
    if (moved !== null) this.#noteMoved(slot, moved)
  }

  /** History is over and the groups are derived from their live records: so are offsets and topics. */
  endHistory(slots: ReadonlyMap<string, GroupSlot>): void {
    this.isHistory = false
    const { table } = this
    const { names } = this.#options
    const changes = this.#changes
    keepLiveTopicIds(table, slots.values(), changes)
    table.topicIds = null
    names.clear()
    holdNames(names, slots.values())
    afterHistory(table, names, changes)
  }

  #noteMoved(slot: GroupSlot, { partitions, position }: Moved): void {
    if (partitions === 'all') {
      for (const row of this.table.rows()) if (this.table.groups[row] === slot) this.#markMoved(row, position)
      return
    }
    for (const [topic, numbers] of partitions) {
      for (const partition of numbers) this.#markMoved(findRow(this.table, slot.name, topic, partition), position)
    }
  }

  /**
   * The group ended, and each of its offsets with a tombstone of its own. Offsets that are committed by now belong to
   * another group of that name; so do commits of open transactions, as for the broker when it loads the log.
   */
  forget(slot: GroupSlot, position: number): void {
    this.#topics.forgetGroup(slot, position)
  }

  /** A tombstone discards the commits of open transactions for its key. */
  #endClaims(row: number): void {
    if ((this.table.pending[row] ?? 0) === 0) return
    for (const producerId of this.transactions.drop(row)) this.#changes?.producers.add(producerId)
    this.table.pending[row] = 0
  }

  /** Frees a row that holds nothing any more. From then on only its key shows what it was. */
  #release(row: number): void {
    const changes = this.#changes
    if (changes !== null && this.table.isEmpty(row)) {
      changes.goneKeys.add(offsetKey(this.table, row))
      changes.lostOffsets.add(this.table.groupOf(row).name)
      if (this.table.watch?.stored[row] === 1) changes.goneKeys.add(rowConditionKey(this.table, row))
    }
    this.table.releaseIfEmpty(row)
  }

  #markMoved(row: number, position: number): void {
    if (row === NONE || !this.table.isPresent(row) || (this.table.positions[row] as number) > position) return
    this.table.mark(row, MOVED)
    this.#changes?.noteRow(row)
  }

  #set(row: number, cursor: RecordCursor, view: OffsetCommitView): void {
    const { table } = this
    const time = recordTime(view, cursor.timestamp)
    const flags = table.flags[row] as number
    const before = table.offsets[row] as number
    const { offset } = view
    this.#touched.commit(row, cursor.start, (flags & PRESENT) === 0 ? ABSENT : before)
    // NaN stands for an offset that a number cannot hold: the commit, or the one before, is not ordinary.
    const isOrdinary =
      (flags & ~this.#growthFlags) === this.#ordinaryFlags &&
      (offset === before || (offset > before && meaningOf((table.groups[row] as GroupSlot).standing, false) === null))
    if (!isOrdinary) this.#setAny(row, cursor.offset, time, view)
    else {
      if (!this.#isHistory) table.noteGrowth(row, offset > before)
      table.update(row, offset, time, cursor.offset)
    }
    if (view.topicIdStart >= 0) this.#noteTopicId(row, cursor.words, view.topicIdStart, cursor.offset)
    if (table.topicIds !== null) {
      table.setTopicId(row, view.topicIdStart < 0 ? null : cursor.words, view.topicIdStart)
    }
    if (this.#changes !== null) this.#changes.noteRow(row)
    const { watch } = table
    if (watch !== null && watch.isActive(row)) watch.touch(row, cursor.offset, commitTime(view, cursor.timestamp))
  }

  #setAny(row: number, position: number, time: number, { offset, offsetBig }: OffsetCommitView): void {
    const { table } = this
    const slot = table.groupOf(row)
    if (!table.isPresent(row)) {
      if (slot.group === null) this.notable = true
      this.#topics.recall(row, time, position)
    } else {
      this.#beforeCommit(row, time)
      const before = table.offsets[row] as number
      const standing = standingFor(slot.standing, isJudgedSimple(table, row))
      // NaN (the offset exceeds a number) is never lower here, so it counts as grown.
      if (offset !== before && meaningOf(standing, !(offset > before)) !== null) this.notable = true
      if (!this.#isHistory) table.noteGrowth(row, !(offset <= before))
    }
    table.set(row, offset, offsetBig, time, position)
    if (this.#isHistory) table.mark(row, OLD)
  }

  #touch(row: number, position: number, time: number): void {
    const { watch } = this.table
    if (watch?.isActive(row) === true) watch.touch(row, position, time)
  }

  /** The flags of a row hold until its next commit. */
  #beforeCommit(row: number, time: number): void {
    const { table } = this
    const flags = table.flags[row] as number
    if ((flags & STEPPED) !== 0) endSilentSteps(table, row, time)
    if ((flags & MOVED) !== 0) this.#moved.add(row)
    table.unmark(row, MOVED | TRANSACTIONAL | FORMER)
  }

  #tombstone(row: number, cursor: RecordCursor): true {
    const { table } = this
    if (row === NONE) {
      this.strays.set(this.#rows.groupOfNew(), { position: cursor.offset, timestamp: cursor.timestamp })
      return true
    }
    this.#endClaims(row)
    this.#changes?.noteRow(row)
    this.#touched.tombstone(row, cursor.start)
    table.clear(row)
    this.#topics.remember(row, { offset: cursor.offset, timestamp: cursor.timestamp })
    this.#touch(row, cursor.offset, cursor.timestamp)
    this.notable = true
    return true
  }

  #noteTopicId(row: number, words: DataView, at: number, position: number): void {
    const topic = this.table.topics[row] as TopicSlot
    const isKnown =
      words.getInt32(at) === topic.id0 &&
      words.getInt32(at + 4) === topic.id1 &&
      words.getInt32(at + 8) === topic.id2 &&
      words.getInt32(at + 12) === topic.id3
    if (!isKnown && this.#topics.learn(row, words, at, position)) this.notable = true
  }

  #addRecreations(changes: Map<GroupSlot, OffsetChanges>, position: number, time: number): void {
    for (const { slot, topic, partition, from } of this.#topics.recreated) {
      const to = topicIdOf(topic)
      if (to === null || to === from) continue
      changesOf(changes, slot, position, time).recreations.push({ topic: topic.name, partition, from, to })
    }
  }
}

/** The low byte of the key's record type, 0 or 1 here: Kafka reads different value versions for the two. */
function typeIdOf({ bytes, keyStart }: RecordCursor): number {
  return bytes[keyStart + 1] as number
}

function changesOf(
  all: Map<GroupSlot, OffsetChanges>,
  slot: GroupSlot,
  position: number,
  timestamp: number,
): OffsetChanges {
  let changes = all.get(slot)
  if (changes === undefined) {
    changes = { commits: [], recreations: [], position, timestamp }
    all.set(slot, changes)
  } else if (position >= changes.position) {
    changes.position = position
    changes.timestamp = timestamp
  }
  return changes
}
