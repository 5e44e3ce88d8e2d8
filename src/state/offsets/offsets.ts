import { int32, OffsetCommitView, readOffsetCommitKey, readOffsetCommitValue } from '../../wire/offsetCommit.ts'
import type { RecordCursor } from '../../wire/recordCursor.ts'
import { decodeUtf8 } from '../../wire/utf8.ts'
import type { StateChanges } from '../changes.ts'
import { offsetKey, rowConditionKey } from '../entry.ts'
import { type GroupSlot, setTopicId, type TopicSlot, topicIdOf, topicSlot } from '../groupSlot.ts'
import type { TopicNames } from '../topicNames.ts'
import type { CommitChange, Recreation } from './describe.ts'
import { keyBytes } from './keyBytes.ts'
import { OffsetTable } from './table.ts'
import { Touched } from './touched.ts'
import { OpenTransactions } from './transactions.ts'

export interface OffsetsOptions {
  readonly names: TopicNames
  /** The slot of a group by name; made when there is none. */
  readonly slotOf: (name: string) => GroupSlot
  /** Every commit is of interest (`offset-committed` is on), not only those that mean something else too. */
  readonly everyCommit: boolean
  /** Where changes are noted; null where nobody stores the state. */
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
 * The hot path: sees every offset commit of a partition. A commit that only goes forward costs a look at its key's bytes, a
 * few reads and a few stores; what is more than that makes the transition `notable`, and only then is it described.
 */
export class Offsets {
  readonly table = new OffsetTable()
  readonly transactions = new OpenTransactions()
  /** True where the transition may have changed something that an event tells. */
  notable = false
  readonly #touched = new Touched()
  readonly #view = new OffsetCommitView()
  readonly #options: OffsetsOptions
  readonly #changes: StateChanges | null
  #newKey: NewKey = { key: Buffer.alloc(0), group: '', topic: '', partition: 0 }
  #recreated: { slot: GroupSlot; topic: TopicSlot; partition: number; from: string }[] = []

  constructor(options: OffsetsOptions) {
    this.#options = options
    this.#changes = options.changes
  }

  /** Begins a transition. */
  begin(): void {
    this.#touched.clear()
    this.notable = this.#options.everyCommit
    if (this.#recreated.length > 0) this.#recreated = []
  }

  /** One offset record of a plain batch. False: Kafka would not accept it. */
  apply(cursor: RecordCursor): boolean {
    const { bytes } = cursor
    const row = this.#rowOf(cursor)
    if (row === INVALID) return false
    if (cursor.valueStart < 0) return this.#tombstone(row, cursor)
    const view = this.#view
    if (!readOffsetCommitValue(bytes, cursor.valueStart, cursor.valueEnd, typeIdOf(cursor), view)) return false
    this.#set(row === NONE ? this.#addRow() : row, cursor, view)
    return true
  }

  /** One offset record of a transactional batch: counts at its marker. False: Kafka would not accept it. */
  applyPending(cursor: RecordCursor, producerId: bigint): boolean {
    const { bytes } = cursor
    let row = this.#rowOf(cursor)
    if (row === INVALID) return false
    if (cursor.valueStart < 0) return this.#tombstone(row, cursor)
    const view = this.#view
    if (!readOffsetCommitValue(bytes, cursor.valueStart, cursor.valueEnd, typeIdOf(cursor), view)) return false
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
    if (row === NONE) row = this.#addRow()
    if (this.transactions.add(producerId, { row, ...commit }))
      this.table.pending[row] = (this.table.pending[row] ?? 0) + 1
    this.#changes?.producers.add(producerId)
    return true
  }

  /**
   * A marker: at COMMIT the producer's commits count, except where a later record of the key already does (the broker
   * keeps the one with the higher log position).
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
      if (!isCommit || (table.present[row] === 1 && (table.positions[row] ?? 0) > commit.position)) continue
      const slot = table.groupOf(row)
      const topic = table.topicOf(row)
      const partition = table.partitions[row] ?? 0
      const before = table.present[row] === 1 ? table.offsetOf(row) : null
      table.set(row, commit.offset, commit.exact, time, commit.position)
      noted?.noteRow(row)
      table.watch?.touch(row, position)
      if (commit.topicId !== null) this.#noteTopicId(row, commit.topicId, 0)
      changesOf(changes, slot, position, time).commits.push({
        topic: topic.name,
        partition,
        before,
        after: table.offsetOf(row),
        wasCommitted: true,
        position,
        transactional: true,
        time,
        metadata: commit.metadata,
        leaderEpoch: commit.leaderEpoch < 0 ? null : commit.leaderEpoch,
      })
    }
    this.#addRecreations(changes, position, time)
    for (const row of touchedRows) this.#release(row)
    return changes
  }

  /** What the transition of a plain batch changed, group by group. `bytes` is the batch's buffer. */
  changes(bytes: Buffer): Map<GroupSlot, OffsetChanges> {
    const { table } = this
    const touched = this.#touched
    const changes = new Map<GroupSlot, OffsetChanges>()
    const entries = Array.from({ length: touched.count }, (_, entry) => entry)
    entries.sort((a, b) => (touched.positions[a] ?? 0) - (touched.positions[b] ?? 0))
    for (const entry of entries) {
      const row = touched.rows[entry] ?? 0
      const before = touched.beforeOf(entry)
      const after = table.present[row] === 1 ? table.offsetOf(row) : null
      const slot = table.groupOf(row)
      const time = touched.times[entry] ?? 0
      const position = touched.positions[entry] ?? 0
      const change = changesOf(changes, slot, position, touched.timestamps[entry] ?? 0)
      let metadata = ''
      let leaderEpoch: number | null = null
      const view = this.#view
      if (after !== null && this.#options.everyCommit) {
        // It was read before, of either type of key: type 1 allows all versions.
        readOffsetCommitValue(bytes, touched.values[entry] ?? 0, touched.valueEnds[entry] ?? 0, 1, view)
        metadata = decodeUtf8(bytes, view.metadataStart, view.metadataEnd)
        leaderEpoch = view.leaderEpoch < 0 ? null : view.leaderEpoch
      }
      const topic = table.topicOf(row).name
      const partition = table.partitions[row] ?? 0
      const kept = {
        before,
        after,
        wasCommitted: (touched.values[entry] ?? -1) >= 0,
        position,
        time,
        metadata,
        leaderEpoch,
      }
      change.commits.push({ topic, partition, transactional: false, ...kept })
    }
    this.#addRecreations(changes, 0, 0)
    for (const entry of entries) this.#release(touched.rows[entry] ?? 0)
    return changes
  }

  /** The group went at a log position: the offsets and claims that it had there go without events. */
  forget(slot: GroupSlot, end: number): void {
    slot.topics.clear()
    if (slot.rows === 0) return
    const { table } = this
    for (const row of table.rows()) {
      if (table.groups[row] !== slot) continue
      if (table.present[row] === 1 && (table.positions[row] ?? 0) > end) {
        const topic = table.topicOf(row)
        slot.topics.set(topic.name, topic)
        continue
      }
      table.clear(row)
      table.watch?.touch(row, end)
      this.#endClaims(row)
      this.#release(row)
    }
  }

  /** A tombstone ends what open transactions wanted of the key. */
  #endClaims(row: number): void {
    if ((this.table.pending[row] ?? 0) === 0) return
    for (const producerId of this.transactions.drop(row)) this.#changes?.producers.add(producerId)
    this.table.pending[row] = 0
  }

  /** Gives up a row that holds nothing any more; after that only its key tells what it was. */
  #release(row: number): void {
    const changes = this.#changes
    if (changes !== null && this.table.isEmpty(row)) {
      changes.goneKeys.add(offsetKey(this.table, row))
      if (this.table.watch?.stored[row] === 1) changes.goneKeys.add(rowConditionKey(this.table, row))
    }
    this.table.releaseIfEmpty(row)
  }

  #rowOf(cursor: RecordCursor): number {
    const { bytes, keyStart, keyEnd } = cursor
    // A known key is a valid one. The version (0 or 1, of the same layout) is not part of it.
    const row = this.table.index.find(bytes, keyStart + 2, keyEnd)
    return row === NONE ? this.#rowOfNewKey(cursor) : row
  }

  /** Bytes that are not known as a key: of a new one, or of a known one that Kafka reads in spite of them. */
  #rowOfNewKey({ bytes, keyStart, keyEnd }: RecordCursor): number {
    const view = this.#view
    if (!readOffsetCommitKey(bytes, keyStart, keyEnd, view)) return INVALID
    const group = decodeUtf8(bytes, view.groupStart, view.groupEnd)
    const topic = decodeUtf8(bytes, view.topicStart, view.topicEnd)
    const key = keyBytes(group, topic, view.partition)
    this.#newKey = { key, group, topic, partition: view.partition }
    // Kafka reads a key with bytes after its end as if they were not there, and what is no UTF-8 as U+FFFD.
    const isPlain = key.equals(bytes.subarray(keyStart + 2, keyEnd))
    return isPlain ? NONE : this.table.index.find(key, 0, key.length)
  }

  /** A row for the key that was last found to be new. */
  #addRow(): number {
    const { key, group, topic, partition } = this.#newKey
    const slot = this.#options.slotOf(group)
    return this.table.add(key, 0, key.length, slot, topicSlot(slot, topic), partition)
  }

  #set(row: number, cursor: RecordCursor, view: OffsetCommitView): void {
    const { table } = this
    const touched = this.#touched
    const entry = touched.touch(row, table)
    const slot = table.groups[row] as GroupSlot
    const { offset } = view
    if (table.present[row] === 0) {
      if (slot.group === null) this.notable = true
    } else {
      const before = table.offsets[row] as number
      // Also true where either is NaN, beyond what a number holds.
      if (!(offset >= before) || (slot.notable === 'change' && offset !== before)) this.notable = true
    }
    if (view.topicIdStart >= 0) this.#noteTopicId(row, cursor.bytes, view.topicIdStart)
    table.set(row, offset, view.offsetBig, view.commitTimestamp, cursor.offset)
    if (this.#changes !== null) this.#changes.noteRow(row)
    if (table.watch !== null) table.watch.touch(row, cursor.offset)
    touched.positions[entry] = cursor.offset
    touched.timestamps[entry] = cursor.timestamp
    touched.times[entry] = view.commitTimestamp
    touched.values[entry] = cursor.valueStart
    touched.valueEnds[entry] = cursor.valueEnd
  }

  #tombstone(row: number, cursor: RecordCursor): true {
    if (row === NONE) return true
    const { table } = this
    this.#endClaims(row)
    this.#changes?.noteRow(row)
    const entry = this.#touched.touch(row, table)
    table.clear(row)
    table.watch?.touch(row, cursor.offset)
    this.#touched.positions[entry] = cursor.offset
    this.#touched.timestamps[entry] = cursor.timestamp
    this.#touched.times[entry] = cursor.timestamp
    this.notable = true
    return true
  }

  #noteTopicId(row: number, bytes: Buffer, at: number): void {
    const topic = this.table.topics[row] as TopicSlot
    const isKnown =
      int32(bytes, at) === topic.id0 &&
      int32(bytes, at + 4) === topic.id1 &&
      int32(bytes, at + 8) === topic.id2 &&
      int32(bytes, at + 12) === topic.id3
    if (isKnown) return
    const slot = this.table.groupOf(row)
    const partition = this.table.partitions[row] as number
    const from = topicIdOf(topic)
    setTopicId(topic, bytes, at)
    const id = topicIdOf(topic)
    this.#changes?.groups.add(slot.name)
    if (id !== null) {
      this.#options.names.learn(id, topic.name)
      this.#changes?.topicIds.add(id)
    }
    if (from === null) return
    this.notable = true
    if (!this.#recreated.some(other => other.topic === topic)) this.#recreated.push({ slot, topic, partition, from })
  }

  #addRecreations(changes: Map<GroupSlot, OffsetChanges>, position: number, time: number): void {
    for (const { slot, topic, partition, from } of this.#recreated) {
      const to = topicIdOf(topic)
      if (to === null || to === from) continue
      changesOf(changes, slot, position, time).recreations.push({ topic: topic.name, partition, from, to })
    }
  }
}

interface NewKey {
  readonly key: Buffer
  readonly group: string
  readonly topic: string
  readonly partition: number
}

const NONE = -1
const INVALID = -2

/** The low byte of the key's record type, which is 0 or 1 here: of the two, Kafka reads other values. */
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
