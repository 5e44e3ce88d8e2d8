import type { Int64 } from '../../events/envelope.ts'
import { wordsOf } from '../../kafka/records/int64.ts'
import type { RowWatch } from '../conditions/rowWatch.ts'
import { type GroupSlot, hasTopicId, type TopicSlot, topicSlot } from '../group/groupSlot.ts'
import type { HashSeed } from './halfSipHash.ts'
import { grown, KeyIndex } from './keyIndex.ts'

/** Bits of `flags`. An offset is committed. */
export const PRESENT = 1
/** The last commit was transactional. */
export const TRANSACTIONAL = 2
/** The partition was reassigned since its last commit. */
export const MOVED = 4
/** It is in the `steps` of its group. */
export const STEPPED = 8
/** Its last commit did not grow: `grewAt` has the time of its last growth. */
export const REPEATED = 16
/** Its last commit is older than the recreation of its topic: the group has committed with another topic id since. */
export const FORMER = 64
/** It was committed in history and not since: the time of its last growth is unknown. */
export const OLD = 32

/**
 * Every committed offset of one partition of `__consumer_offsets`, one row each, in typed arrays, because it sees every
 * commit of the cluster. A row exists while an offset is committed, or while an open transaction has a commit for it.
 */
export class OffsetTable {
  readonly index: KeyIndex
  readonly groups: GroupSlot[] = []
  readonly topics: TopicSlot[] = []
  partitions = new Int32Array(32)
  flags = new Uint8Array(32)
  /** Number of commits of open transactions that await their marker. */
  pending = new Int32Array(32)
  /** Timestamp of the record of the counted commit, or of the marker that made it count, ms. */
  times = new Float64Array(32)
  /** Where the offset is REPEATED, timestamp of the record of its last growth, ms; NaN: unknown. */
  grewAt = new Float64Array(32)
  /** Log position of the counted commit: of a transactional and a plain commit, the higher one counts. */
  positions = new Float64Array(32)
  /** The committed offset; NaN where it exceeds a safe integer. */
  offsets = new Float64Array(32)
  /**
   * The topic id of each commit, in four big-endian words; all zero: none. Only while history is read: at its end a
   * topic id counts where a live commit carries it. Null afterwards.
   */
  topicIds: Int32Array | null = null
  /** Changes whenever the set of rows with a committed offset changes. */
  version = 0
  /** The state of conditions by row; null while there are no samples. */
  watch: RowWatch | null = null
  readonly #big = new Map<number, bigint>()

  constructor(hashSeed: HashSeed) {
    this.index = new KeyIndex(hashSeed)
  }

  /** A row for an offset that has none; `key` comes from `keyBytes`. */
  add(key: Buffer, group: GroupSlot, topic: TopicSlot, partition: number): number {
    return this.#take(this.index.add(wordsOf(key), 0, key.length), group, topic, partition)
  }

  /** A row for another partition of the topic of `neighbor`; the key is `words[start, end)`. */
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

  /** For a row that has an offset. Both this and the new one are safe integers. */
  update(row: number, offset: number, time: number, position: number): void {
    this.offsets[row] = offset
    this.times[row] = time
    this.positions[row] = position
  }

  /** `offset` is NaN where it exceeds a safe integer: `exact` then has it. */
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

  /** From now on the topic id of each commit is stored. */
  keepTopicIds(): void {
    this.topicIds ??= new Int32Array(this.flags.length * 4)
  }

  /** `words` from `at` on are the id in the row's commit; null: it has none. */
  setTopicId(row: number, words: DataView | null, at = 0): void {
    const { topicIds } = this
    if (topicIds === null) return
    for (let word = 0; word < 4; word++) topicIds[row * 4 + word] = words?.getInt32(at + word * 4) ?? 0
  }

  /** Called before a commit of another offset, or of the same: records when the offset last grew. */
  noteGrowth(row: number, grows: boolean): void {
    const flags = this.flags[row] as number
    if (grows) this.flags[row] = flags & ~(REPEATED | OLD)
    else if ((flags & REPEATED) === 0) {
      this.grewAt[row] = (flags & OLD) === 0 ? (this.times[row] as number) : Number.NaN
      this.flags[row] = (flags & ~OLD) | REPEATED
    }
  }

  /** Timestamp of the record of the last growth, ms; NaN: unknown, because it is in history. */
  lastGrowth(row: number): number {
    const flags = this.flags[row] as number
    if ((flags & OLD) !== 0) return Number.NaN
    return ((flags & REPEATED) === 0 ? this.times : this.grewAt)[row] as number
  }

  /** Removes the committed offset; frees the row when no transaction needs it. */
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

  /** Frees a row that holds nothing any more. */
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
