import { firstEndingAfter, type LaneData } from './laneData.ts'
import type { Viewport } from './viewport.ts'

/** Values of a column that are no owner. */
export const NOTHING = -2
export const GAP = -1

/** What one band of a lane shows in each column of pixels. */
export interface Columns {
  /** The owner that covers most of the column, `GAP`, or `NOTHING` where nothing is known. */
  readonly owner: Int32Array
  /** 1: for a part of the column there was no owner. */
  readonly hasGap: Uint8Array
  /** The largest share of the column that one of them covers, where several do. */
  readonly best: Float32Array
}

export function columnsOf(width: number): Columns {
  return { owner: new Int32Array(width), hasGap: new Uint8Array(width), best: new Float32Array(width) }
}

export interface BandPlace {
  readonly low: number
  readonly high: number
  /** From when to when it is known. */
  readonly life: readonly [from: number, to: number]
}

/**
 * Level of detail: however many intervals there are, each column of pixels shows who had most of it, and whether the
 * partition had no owner for a part of it.
 */
export function fillColumns(columns: Columns, data: LaneData, view: Viewport, { low, high, life }: BandPlace): void {
  const width = columns.owner.length
  const scale = width / (view.to - view.from)
  columns.owner.fill(NOTHING)
  columns.hasGap.fill(0)
  columns.best.fill(0)
  const { starts, ends, owners } = data
  const [first, last] = life
  const begin = firstEndingAfter(data, low, high, view.from)
  // What is not covered between the begin of a life and its end is a gap, also before the first interval in view.
  let known = Math.max(view.from, first)
  for (let at = begin; at < high; at++) {
    const start = starts[at] as number
    if (start >= view.to) break
    const from = (start - view.from) * scale
    if (start > known && known < last) cover(columns, (known - view.from) * scale, from, GAP)
    const end = ends[at] as number
    cover(columns, from, (end - view.from) * scale, owners[at] as number)
    if (end > known) known = end
  }
  const end = Math.min(last, view.to)
  if (end > known) cover(columns, (known - view.from) * scale, (end - view.from) * scale, GAP)
}

/** Below this share of a column a hole comes from the arithmetic. */
const leastShare = 1e-4

/** From one place to another, in columns. */
function cover(columns: Columns, from: number, to: number, who: number): void {
  const { owner } = columns
  const x0 = from < 0 ? 0 : from
  const x1 = to > owner.length ? owner.length : to
  const c0 = x0 | 0
  const c1 = x1 | 0
  if (c0 === c1) {
    coverPart(columns, c0, x1 - x0, who)
    return
  }
  coverPart(columns, c0, c0 + 1 - x0, who)
  for (let column = c0 + 1; column < c1; column++) owner[column] = who
  coverPart(columns, c1, x1 - c1, who)
}

function coverPart({ owner, hasGap, best }: Columns, column: number, share: number, who: number): void {
  if (share <= leastShare || column >= owner.length) return
  if (who === GAP) hasGap[column] = 1
  if (share <= (best[column] as number)) return
  best[column] = share
  owner[column] = who
}

/** A stretch of columns with one value. */
export interface Run {
  readonly value: number
  readonly from: number
  readonly to: number
}

/** Stretches of owners that are at least so many columns wide. */
export function widerRuns({ owner }: Columns, least: number): readonly Run[] {
  const runs: Run[] = []
  const width = owner.length
  for (let from = 0; from < width; ) {
    const value = owner[from] as number
    let to = from + 1
    while (to < width && owner[to] === value) to++
    if (value >= 0 && to - from >= least) runs.push({ value, from, to })
    from = to
  }
  return runs
}
