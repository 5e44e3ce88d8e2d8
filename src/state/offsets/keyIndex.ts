import { wordsOf } from '../../kafka/records/int64.ts'
import { type HashSeed, halfSipHash } from './halfSipHash.ts'

/**
 * Dense row ids for offset keys, by their raw bytes, so that finding the row of a commit creates no string.
 * Open addressing over the bytes of the key (after its version), which are copied once into an arena. Commits repeat in
 * the same order, because a consumer commits all its partitions periodically. So each row stores which row followed it
 * last time: this guess is compared word by word, and where it is right, as nearly always, nothing is hashed.
 */
export class KeyIndex {
  /** Rows in use are below this; freed rows are reused. */
  capacity = 0
  #slots = new Int32Array(64).fill(EMPTY)
  /** Slots that are not EMPTY, including freed ones. */
  #used = 0
  #arena = Buffer.allocUnsafeSlow(4096)
  #arenaWords = wordsOf(this.#arena)
  #arenaEnd = 0
  #arenaGarbage = 0
  #start = new Uint32Array(32)
  #length = new Uint32Array(32)
  #hash = new Int32Array(32)
  #follower = new Int32Array(32).fill(EMPTY)
  readonly #free: number[] = []
  #last = EMPTY
  /** The last key that was looked for in vain, and its hash: nearly always it is added next. */
  #missed: DataView | null = null
  #missedStart = 0
  #missedEnd = 0
  #missedHash = 0
  readonly #seed: HashSeed

  constructor(seed: HashSeed) {
    this.#seed = seed
  }

  get size(): number {
    return this.capacity - this.#free.length
  }

  /** The row of the key `words[start, end)`, or -1. Where it is added, the bytes must still be the same. */
  find(words: DataView, start: number, end: number): number {
    const last = this.#last
    if (last !== EMPTY) {
      const guess = this.#follower[last] as number
      if (guess !== EMPTY && this.#equals(guess, words, start, end)) return (this.#last = guess)
    }
    return this.#lookUp(words, start, end)
  }

  /** A row for a new key. */
  add(words: DataView, start: number, end: number): number {
    if ((this.#used + 1) * 2 > this.#slots.length) this.#rehash()
    const row = this.#free.pop() ?? this.capacity++
    if (row >= this.#start.length) this.#growRows()
    const length = end - start
    if (this.#arenaEnd + length > this.#arena.length) this.#growArena(length)
    this.#copy(words, start, end)
    this.#start[row] = this.#arenaEnd
    this.#length[row] = length
    this.#arenaEnd += length
    const isMissed = words === this.#missed && start === this.#missedStart && end === this.#missedEnd
    const hash = isMissed ? this.#missedHash : halfSipHash(words, start, end, this.#seed)
    this.#missed = null
    this.#hash[row] = hash
    this.#follower[row] = EMPTY
    this.#insert(row, hash)
    if (this.#last !== EMPTY) this.#follower[this.#last] = row
    this.#last = row
    return row
  }

  remove(row: number): void {
    const mask = this.#slots.length - 1
    let slot = (this.#hash[row] as number) & mask
    while (this.#slots[slot] !== row) slot = (slot + 1) & mask
    this.#slots[slot] = FREED
    this.#arenaGarbage += this.#length[row] as number
    this.#length[row] = 0
    this.#follower[row] = EMPTY
    if (this.#last === row) this.#last = EMPTY
    this.#free.push(row)
  }

  /** True for a row in use. */
  isUsed(row: number): boolean {
    return (this.#length[row] as number) > 0
  }

  /** The key's bytes; valid until the next `add`. */
  keyOf(row: number): Buffer {
    const start = this.#start[row] as number
    return this.#arena.subarray(start, start + (this.#length[row] as number))
  }

  /** The row of the previous key, where only the last four bytes (the partition) differ; else -1. */
  neighbor(words: DataView, start: number, end: number): number {
    const last = this.#last
    const isNeighbor = last !== EMPTY && this.#length[last] === end - start && this.#begins(last, words, start, end - 4)
    return isNeighbor ? last : -1
  }

  #lookUp(words: DataView, start: number, end: number): number {
    const hash = halfSipHash(words, start, end, this.#seed)
    const slots = this.#slots
    const mask = slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const row = slots[slot] as number
      if (row === EMPTY) {
        this.#missed = words
        this.#missedStart = start
        this.#missedEnd = end
        this.#missedHash = hash
        return -1
      }
      if (row === FREED || this.#hash[row] !== hash || !this.#equals(row, words, start, end)) continue
      if (this.#last !== EMPTY) this.#follower[this.#last] = row
      return (this.#last = row)
    }
  }

  // A freed row has length 0 and a key has at least 8 bytes: a stale guess never matches.
  #equals(row: number, words: DataView, start: number, end: number): boolean {
    return this.#length[row] === end - start && this.#begins(row, words, start, end)
  }

  /**
   * Does the row's key begin with `words[start, end)`, which are at least four bytes? V8 compares the bigints as machine
   * words and makes no objects: a third less time than four bytes at a time.
   */
  #begins(row: number, words: DataView, start: number, end: number): boolean {
    const arena = this.#arenaWords
    const toArena = (this.#start[row] as number) - start
    // The last word first: keys of one group differ there, in the partition.
    const last = end - 4
    if (arena.getInt32(toArena + last, true) !== words.getInt32(last, true)) return false
    let at = start
    for (; at <= end - 8; at += 8) {
      if (arena.getBigInt64(toArena + at, true) !== words.getBigInt64(at, true)) return false
    }
    for (; at < last; at++) if (arena.getUint8(toArena + at) !== words.getUint8(at)) return false
    return true
  }

  /** To the end of the arena; keys are at least four bytes. */
  #copy(words: DataView, start: number, end: number): void {
    const arena = this.#arenaWords
    const toArena = this.#arenaEnd - start
    const last = end - 4
    for (let at = start; at < last; at += 4) arena.setInt32(toArena + at, words.getInt32(at))
    arena.setInt32(toArena + last, words.getInt32(last))
  }

  #insert(row: number, hash: number): void {
    const mask = this.#slots.length - 1
    let slot = hash & mask
    while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask
    this.#slots[slot] = row
    this.#used++
  }

  #rehash(): void {
    let length = 64
    while (length < this.size * 4 + 4) length *= 2
    const old = this.#slots
    this.#slots = new Int32Array(length).fill(EMPTY)
    this.#used = 0
    for (const row of old) if (row >= 0) this.#insert(row, this.#hash[row] as number)
  }

  #growRows(): void {
    const length = this.#start.length * 2
    this.#start = grown(this.#start, new Uint32Array(length))
    this.#length = grown(this.#length, new Uint32Array(length))
    this.#hash = grown(this.#hash, new Int32Array(length))
    this.#follower = grown(this.#follower, new Int32Array(length).fill(EMPTY))
  }

  /** Keys of freed rows are not copied into the larger arena. */
  #growArena(needed: number): void {
    const live = this.#arenaEnd - this.#arenaGarbage
    const arena = Buffer.allocUnsafeSlow(Math.max(4096, (live + needed) * 2))
    let end = 0
    for (let row = 0; row < this.capacity; row++) {
      const start = this.#start[row] as number
      const length = this.#length[row] as number
      if (length === 0) continue
      this.#arena.copy(arena, end, start, start + length)
      this.#start[row] = end
      end += length
    }
    this.#arena = arena
    this.#arenaWords = wordsOf(arena)
    this.#arenaEnd = end
    this.#arenaGarbage = 0
  }
}

const EMPTY = -1
const FREED = -2

/** `to`, which is longer, with the content of `from`. */
export function grown<T extends { readonly length: number; set(from: ArrayLike<number>): void }>(
  from: ArrayLike<number>,
  to: T,
): T {
  to.set(from)
  return to
}
