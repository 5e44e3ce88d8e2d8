import type { Fold } from '../../../src/engine/fold.ts'

/** What was read, and the committed offsets at its end, in figures that another reader can be held against. */
export interface Counts {
  readonly records: number
  readonly commits: number
  /** Of keys with a committed offset. */
  readonly keys: number
  readonly offsetSum: number
}

export function countsOf(fold: Fold): Counts {
  let records = 0
  let commits = 0
  let keys = 0
  let offsetSum = 0
  for (const state of fold.partitions.values()) {
    const { table } = state.offsets
    records += state.reader.records
    commits += state.reader.offsetRecords
    for (const row of table.rows()) {
      if (!table.isPresent(row)) continue
      keys++
      offsetSum += Number(table.offsetOf(row))
    }
  }
  return { records, commits, keys, offsetSum }
}
