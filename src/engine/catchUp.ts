import type { PositionInput } from '../state/input.ts'

interface Reading {
  readonly start: number
  /** The log end of the partition when koff first learned it. */
  readonly end: number
  position: number
}

/** The progress of each partition through what was there when reading began: its first `position` has that end. */
export class CatchUp {
  readonly #partitions = new Map<number, Reading>()

  hear({ partition, position, logEnd }: PositionInput): void {
    const reading = this.#partitions.get(partition)
    if (reading === undefined) this.#partitions.set(partition, { start: position, end: logEnd, position })
    else reading.position = position
  }

  /** Reading begins again, or is over. */
  forget(partition: number): void {
    this.#partitions.delete(partition)
  }

  /** Also false before anything is known of the partition. */
  isDone(partition: number): boolean {
    const reading = this.#partitions.get(partition)
    return reading !== undefined && reading.position >= reading.end
  }

  /** The number of offsets from where reading began to that end, and how many of them are left. */
  extent(): { readonly total: number; readonly left: number } {
    let total = 0
    let left = 0
    for (const { start, end, position } of this.#partitions.values()) {
      total += Math.max(0, end - start)
      left += Math.max(0, end - position)
    }
    return { total, left }
  }
}
