/** Where the records of a batch are, so that a second reader of the batch need not walk it again. */
export interface RecordIndex {
  /** Of each record: start, offset, timestamp, start and end of the key, of the value, start of the headers. */
  readonly marks: readonly number[]
  /** Why the batch ended before all its records could be read, or null. */
  readonly fault: string | null
}

/** How many numbers a record has in `marks`. */
export const MARKS = 8

/** Where the record that begins at `start` has its marks. */
export function markOf({ marks }: RecordIndex, start: number): number {
  let low = 0
  let high = marks.length / MARKS - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((marks[middle * MARKS] as number) < start) low = middle + 1
    else high = middle
  }
  return low * MARKS
}
