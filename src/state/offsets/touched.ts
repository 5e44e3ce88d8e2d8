import type { Int64 } from '../../events/envelope.ts'
import { grown } from './keyIndex.ts'
import type { OffsetTable } from './table.ts'

/**
 * The rows that one transition changes, each once, with what they held before it: what an event says is the net effect,
 * also where a key occurs twice in a batch.
 */
export class Touched {
  count = 0
  rows = new Int32Array(64)
  /** Log position of the last record of the row in this transition. */
  positions = new Float64Array(64)
  /** Timestamp of that record. */
  timestamps = new Float64Array(64)
  /** When the change happened, ms. */
  times = new Float64Array(64)
  /** Where the value of the last commit lies in the batch; -1 where the batch holds tombstones of the row only. */
  values = new Int32Array(64)
  valueEnds = new Int32Array(64)
  #before = new Float64Array(64)
  readonly #big = new Map<number, Int64>()
  /** Row → the entry that it had last: it has it still where that entry says so. */
  #entries = new Int32Array(64)

  /** Begins the next transition. */
  clear(): void {
    this.count = 0
    if (this.#big.size > 0) this.#big.clear()
  }

  /** The row's entry; made, with what the row holds now, when it is touched first. */
  touch(row: number, table: OffsetTable): number {
    if (row >= this.#entries.length) this.#growRows(row)
    const known = this.#entries[row] as number
    if (known < this.count && this.rows[known] === row) return known
    const entry = this.count++
    if (entry >= this.rows.length) this.#grow()
    this.#entries[row] = entry
    this.rows[entry] = row
    this.values[entry] = -1
    const before = table.present[row] === 1 ? (table.offsets[row] as number) : ABSENT
    this.#before[entry] = before
    if (Number.isNaN(before)) this.#big.set(entry, table.offsetOf(row))
    return entry
  }

  /** What was committed before the transition; null: nothing. */
  beforeOf(entry: number): Int64 | null {
    const before = this.#before[entry] as number
    if (before === ABSENT) return null
    return Number.isNaN(before) ? (this.#big.get(entry) ?? null) : before
  }

  #growRows(row: number): void {
    const length = Math.max(this.#entries.length * 2, row + 1)
    this.#entries = grown(this.#entries, new Int32Array(length))
  }

  #grow(): void {
    const length = this.rows.length * 2
    this.rows = grown(this.rows, new Int32Array(length))
    this.positions = grown(this.positions, new Float64Array(length))
    this.timestamps = grown(this.timestamps, new Float64Array(length))
    this.times = grown(this.times, new Float64Array(length))
    this.values = grown(this.values, new Int32Array(length))
    this.valueEnds = grown(this.valueEnds, new Int32Array(length))
    this.#before = grown(this.#before, new Float64Array(length))
  }
}

/** No int64 is this. */
const ABSENT = Number.NEGATIVE_INFINITY
