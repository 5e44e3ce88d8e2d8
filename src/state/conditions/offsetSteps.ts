/** When an offset of a log was reached, by the samples around. */
export interface Reached {
  /** It was not reached at that time, ms; null: older than the samples. */
  readonly after: number | null
  /** It was reached at that time, ms; null: no sample has it yet. */
  readonly by: number | null
}

/**
 * How an end (or the start) of a log grew, as samples found it. Samples that found the same value are one step. The number of
 * steps is bounded: of many, the older ones lie further apart.
 */
export class OffsetSteps {
  readonly #values: number[] = []
  /** When the first sample that found the value had been answered, ms. */
  readonly #foundBy: number[] = []
  /** When the last sample that found it was asked for, ms. */
  readonly #lastAt: number[] = []

  add(value: number, askedAt: number, answeredAt: number): void {
    const last = this.#values.length - 1
    const isBehind = last >= 0 && (value < (this.#values[last] as number) || askedAt < (this.#lastAt[last] as number))
    // The log was truncated, or the clock was set back: earlier samples say nothing about the present records.
    if (isBehind) this.#forget()
    else if (last >= 0 && this.#values[last] === value) {
      this.#lastAt[last] = askedAt
      return
    }
    this.#values.push(value)
    this.#foundBy.push(answeredAt)
    this.#lastAt.push(askedAt)
    if (this.#values.length > mostSteps) this.#thin(askedAt)
  }

  /** When the log had a record at this offset, or one after it. */
  reached(offset: number): Reached {
    const at = this.#firstAbove((value: number) => value > offset)
    return { after: this.#lastAt[at - 1] ?? null, by: this.#foundBy[at] ?? null }
  }

  /** By how much the value grew between the samples that were asked for at that time or later. */
  growthSince(time: number): number {
    const first = this.#lastAt.findIndex(at => at >= time)
    return first < 0 ? 0 : (this.#values.at(-1) as number) - (this.#values[first] as number)
  }

  /** When the oldest sample was answered, ms; Infinity: there is none. */
  get since(): number {
    return this.#foundBy[0] ?? Number.POSITIVE_INFINITY
  }

  #forget(): void {
    for (const list of [this.#values, this.#foundBy, this.#lastAt]) list.length = 0
  }

  /** Index of the first step whose value fits; values ascend. */
  #firstAbove(fits: (value: number) => boolean): number {
    let from = 0
    let to = this.#values.length
    while (from < to) {
      const middle = (from + to) >> 1
      if (fits(this.#values[middle] as number)) to = middle
      else from = middle + 1
    }
    return from
  }

  /** Drops the step whose neighbours are closest together, in proportion to their age. */
  #thin(now: number): void {
    let least = Number.POSITIVE_INFINITY
    let worst = 1
    for (let at = 1; at < this.#values.length - 1; at++) {
      const next = this.#foundBy[at + 1] as number
      const width = (next - (this.#lastAt[at - 1] as number)) / (now - next + smallestAgeMs)
      if (width > least) continue
      least = width
      worst = at
    }
    for (const list of [this.#values, this.#foundBy, this.#lastAt]) list.splice(worst, 1)
  }
}

const mostSteps = 64
const smallestAgeMs = 1_000
