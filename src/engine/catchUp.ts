import type { PositionInput } from '../state/input.ts'

interface Reading {
  readonly start: number
  /** Where the partition ended when it was first heard of. */
  readonly end: number
  position: number
}

/** How far each partition is read of what was there when its reading began: the first `position` says where that ends. */
export class CatchUp {
  readonly #partitions = new Map<number, Reading>()

  hear({ partition, position, logEnd }: PositionInput): void {
    const reading = this.#partitions.get(partition)
    if (reading === undefined) this.#partitions.set(partition, { start: position, end: logEnd, position })
    else reading.position = position
  }

  /** Its reading begins anew, or is over. */
  forget(partition: number): void {
    this.#partitions.delete(partition)
  }

  /** False also where nothing was heard of the partition yet. */
  isDone(partition: number): boolean {
    const reading = this.#partitions.get(partition)
    return reading !== undefined && reading.position >= reading.end
  }

  /** Offsets between where the readings began and ended, and how many of them are left. */
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
