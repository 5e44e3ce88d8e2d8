import type { Int64 } from '../../events/envelope.ts'
import { grown } from './keyIndex.ts'
import type { OffsetTable } from './table.ts'

/** The net effect of the records of one transition on a row. */
export interface Touch {
  readonly row: number
  /** Where its last record begins in the batch: `start` of the cursor. */
  readonly start: number
  /** What was committed before the first one; null: nothing. */
  readonly before: Int64 | null
  /** One of them is a commit. */
  readonly wasCommitted: boolean
  /** Where the first tombstone among them begins in the batch; -1: there is none. */
  readonly tombstoneStart: number
}

/**
 * The offset records of one transition. Every commit is recorded here, nearly always in vain, so only the record's
 * position and the row's previous value are stored. Everything else can be read again.
 */
export class Touched {
  readonly #table: OffsetTable
  #count = 0
  #rows = new Int32Array(64)
  #starts = new Int32Array(64)
  #before = new Float64Array(64)
  readonly #big = new Map<number, Int64>()
  readonly #tombstones = new Set<number>()
  /** Row → its index in the last result of `net`. */
  #places = new Int32Array(64)

  constructor(table: OffsetTable) {
    this.#table = table
  }

  /** Begins the next transition. */
  clear(): void {
    this.#count = 0
    if (this.#big.size > 0) this.#big.clear()
    if (this.#tombstones.size > 0) this.#tombstones.clear()
  }

  /** A commit at `start`, before its row changes. `before` is the offset there: NaN as in the table, or ABSENT. */
  commit(row: number, start: number, before: number): void {
    const entry = this.#count++
    if (entry === this.#rows.length) this.#grow()
    this.#rows[entry] = row
    this.#starts[entry] = start
    this.#before[entry] = before
    if (Number.isNaN(before)) this.#big.set(entry, this.#table.offsetOf(row))
  }

  /** A tombstone at `start`, before its row changes. */
  tombstone(row: number, start: number): void {
    this.#tombstones.add(this.#count)
    this.commit(row, start, this.#table.isPresent(row) ? (this.#table.offsets[row] as number) : ABSENT)
  }

  /** Each row once, in the order of their last records. */
  net(): readonly Touch[] {
    const net: Touch[] = []
    const superseded = new Set<Touch>()
    for (let entry = 0; entry < this.#count; entry++) {
      const row = this.#rows[entry] as number
      if (row >= this.#places.length) this.#growPlaces(row)
      const known = net[this.#places[row] as number]
      const earlier = known?.row === row ? known : undefined
      if (earlier !== undefined) superseded.add(earlier)
      this.#places[row] = net.length
      net.push({
        row,
        start: this.#starts[entry] as number,
        before: earlier === undefined ? this.#beforeOf(entry) : earlier.before,
        wasCommitted: earlier?.wasCommitted === true || !this.#tombstones.has(entry),
        tombstoneStart: this.#tombstoneStart(entry, earlier),
      })
    }
    return superseded.size === 0 ? net : net.filter(touch => !superseded.has(touch))
  }

  #tombstoneStart(entry: number, earlier: Touch | undefined): number {
    if (earlier !== undefined && earlier.tombstoneStart >= 0) return earlier.tombstoneStart
    return this.#tombstones.has(entry) ? (this.#starts[entry] as number) : -1
  }

  #beforeOf(entry: number): Int64 | null {
    const before = this.#before[entry] as number
    if (before === ABSENT) return null
    return Number.isNaN(before) ? (this.#big.get(entry) ?? null) : before
  }

  #growPlaces(row: number): void {
    const length = Math.max(this.#places.length * 2, row + 1)
    this.#places = grown(this.#places, new Int32Array(length))
  }

  #grow(): void {
    const length = this.#rows.length * 2
    this.#rows = grown(this.#rows, new Int32Array(length))
    this.#starts = grown(this.#starts, new Int32Array(length))
    this.#before = grown(this.#before, new Float64Array(length))
  }
}

/** In place of an offset where there is none: not a valid int64. */
export const ABSENT = Number.NEGATIVE_INFINITY
