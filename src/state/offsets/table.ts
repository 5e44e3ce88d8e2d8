import type { Int64 } from '../../events/envelope.ts'
import { wordsOf } from '../../kafka/records/int64.ts'
import type { RowWatch } from '../conditions/rowWatch.ts'
import { type GroupSlot, hasTopicId, type TopicSlot, topicSlot } from '../group/groupSlot.ts'
import type { HashSeed } from './halfSipHash.ts'
import { grown, KeyIndex } from './keyIndex.ts'

/** Bits of `flags`. An offset is committed. */
export const PRESENT = 1
/** It was committed in a transaction. */
export const TRANSACTIONAL = 2
/** The partition changed its owner since it was committed. */
export const MOVED = 4
/** It is among the `steps` of its group. */
export const STEPPED = 8
/** It did not grow with its last commit: `grewAt` knows when it did. */
export const REPEATED = 16
/** It was committed before its topic was made anew: the group has committed others with another topic id since. */
export const FORMER = 64
/** It was committed in history and not since: when it last grew is not known. */
export const OLD = 32

/**
 * Every committed offset of one partition of `__consumer_offsets`, a row each, in typed arrays: it sees every commit of
 * the cluster. A row exists while an offset is committed, or while an open transaction wants to commit one.
 */
export class OffsetTable {
  readonly index: KeyIndex
  readonly groups: GroupSlot[] = []
  readonly topics: TopicSlot[] = []
  partitions = new Int32Array(32)
  flags = new Uint8Array(32)
  /** Commits of open transactions that wait for their marker. */
  pending = new Int32Array(32)
  /** Timestamp of the record of the counted commit, or of the marker that made it count, ms. */
  times = new Float64Array(32)
  /** Where the offset is REPEATED, timestamp of the record with which it last grew, ms; NaN: not known. */
  grewAt = new Float64Array(32)
  /** Log position of the counted commit: of a transactional and a plain commit the higher one counts. */
  positions = new Float64Array(32)
  /** The committed offset; NaN where only a bigint holds it. */
  offsets = new Float64Array(32)
  /**
   * The topic id that each commit carried, in four big-endian words; all zero: none. Only while history is read: at its end
   * a topic id counts where a live commit carries it. Null after that.
   */
  topicIds: Int32Array | null = null
  /** Grows whenever another set of rows holds a committed offset. */
  version = 0
  /** What conditions over time need beside; null as long as nobody samples where logs end. */
  watch: RowWatch | null = null
  readonly #big = new Map<number, bigint>()

  constructor(hashSeed: HashSeed) {
    this.index = new KeyIndex(hashSeed)
  }

  /** A row for an offset that has none; `key` as `keyBytes` makes it. */
  add(key: Buffer, group: GroupSlot, topic: TopicSlot, partition: number): number {
    return this.#take(this.index.add(wordsOf(key), 0, key.length), group, topic, partition)
  }

  /** A row for another partition of the topic that `neighbor` is of; the key is `words[start, end)`. */
  addNeighbor(neighbor: number, words: DataView, start: number, end: number): number {
    const group = this.groupOf(neighbor)
    const topic = topicSlot(group, this.topicOf(neighbor).name)
    return this.#take(this.index.add(words, start, end), group, topic, words.getInt32(end - 4))
  }

  #take(row: number, group: GroupSlot, topic: TopicSlot, partition: number): number {
    if (row >= this.flags.length) this.#grow()
    this.groups[row] = group
    this.topics[row] = topic
    this.partitions[row] = partition
    this.flags[row] = 0
    this.pending[row] = 0
    this.setTopicId(row, null)
    this.watch?.clear(row)
    group.rows++
    topic.rows++
    return row
  }

  isPresent(row: number): boolean {
    return ((this.flags[row] as number) & PRESENT) !== 0
  }

  mark(row: number, flag: number): void {
    this.flags[row] = (this.flags[row] as number) | flag
  }

  unmark(row: number, flag: number): void {
    this.flags[row] = (this.flags[row] as number) & ~flag
  }

  /** The committed offset of a row that has one. */
  offsetOf(row: number): Int64 {
    const offset = this.offsets[row] as number
    return Number.isNaN(offset) ? (this.#big.get(row) ?? 0n) : offset
  }

  /** Of a row that has an offset; neither it nor the new one is beyond what a number holds. */
  update(row: number, offset: number, time: number, position: number): void {
    this.offsets[row] = offset
    this.times[row] = time
    this.positions[row] = position
  }

  /** `offset` is NaN where only `exact` holds it. */
  set(row: number, offset: number, exact: bigint, time: number, position: number): void {
    if (!this.isPresent(row)) {
      this.mark(row, PRESENT)
      this.version++
      this.groupOf(row).offsets++
      this.topicOf(row).live++
    } else if (Number.isNaN(this.offsets[row])) this.#big.delete(row)
    this.offsets[row] = offset
    this.times[row] = time
    this.positions[row] = position
    if (Number.isNaN(offset)) this.#big.set(row, exact)
  }

  /** From here on it is kept which topic id each commit carries. */
  keepTopicIds(): void {
    this.topicIds ??= new Int32Array(this.flags.length * 4)
  }

  /** `words` from `at` on are the id that the row's commit carries; null: it carries none. */
  setTopicId(row: number, words: DataView | null, at = 0): void {
    const { topicIds } = this
    if (topicIds === null) return
    for (let word = 0; word < 4; word++) topicIds[row * 4 + word] = words?.getInt32(at + word * 4) ?? 0
  }

  /** Before a commit of another offset, or of the same: keeps track of when the offset last grew. */
  noteGrowth(row: number, grows: boolean): void {
    const flags = this.flags[row] as number
    if (grows) this.flags[row] = flags & ~(REPEATED | OLD)
    else if ((flags & REPEATED) === 0) {
      this.grewAt[row] = (flags & OLD) === 0 ? (this.times[row] as number) : Number.NaN
      this.flags[row] = (flags & ~OLD) | REPEATED
    }
  }

  /** Timestamp of the record with which the offset last grew, ms; NaN: not known, it lies in history. */
  lastGrowth(row: number): number {
    const flags = this.flags[row] as number
    if ((flags & OLD) !== 0) return Number.NaN
    return ((flags & REPEATED) === 0 ? this.times : this.grewAt)[row] as number
  }

  /** Forgets the committed offset; the row goes when no transaction needs it. */
  clear(row: number): void {
    if (!this.isPresent(row)) return
    const group = this.groupOf(row)
    if (((this.flags[row] as number) & STEPPED) !== 0) group.steps?.delete(row)
    this.flags[row] = 0
    this.version++
    this.#big.delete(row)
    group.offsets--
    this.topicOf(row).live--
  }

  /** True for a row in use that holds nothing any more. */
  isEmpty(row: number): boolean {
    return !this.isPresent(row) && this.pending[row] === 0 && this.index.isUsed(row)
  }

  /** Gives up a row that holds nothing any more. */
  releaseIfEmpty(row: number): void {
    if (!this.isEmpty(row)) return
    const group = this.groupOf(row)
    const topic = this.topicOf(row)
    group.rows--
    topic.rows--
    if (topic.rows === 0 && !hasTopicId(topic)) group.topics.delete(topic.name)
    this.index.remove(row)
  }

  groupOf(row: number): GroupSlot {
    return this.groups[row] as GroupSlot
  }

  topicOf(row: number): TopicSlot {
    return this.topics[row] as TopicSlot
  }

  /** Rows in use, in no particular order. */
  *rows(): Generator<number> {
    for (let row = 0; row < this.index.capacity; row++) if (this.index.isUsed(row)) yield row
  }

  #grow(): void {
    const length = this.flags.length * 2
    this.partitions = grown(this.partitions, new Int32Array(length))
    this.flags = grown(this.flags, new Uint8Array(length))
    this.pending = grown(this.pending, new Int32Array(length))
    this.times = grown(this.times, new Float64Array(length))
    this.grewAt = grown(this.grewAt, new Float64Array(length))
    this.positions = grown(this.positions, new Float64Array(length))
    this.offsets = grown(this.offsets, new Float64Array(length))
    if (this.topicIds !== null) this.topicIds = grown(this.topicIds, new Int32Array(length * 4))
    this.watch?.reserve(length)
  }
}
