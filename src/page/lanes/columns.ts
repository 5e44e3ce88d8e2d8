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
  /** Which share of the column intervals cover. */
  readonly covered: Float32Array
  /** The largest share of one interval. */
  readonly best: Float32Array
}

export function columnsOf(width: number): Columns {
  return {
    owner: new Int32Array(width),
    hasGap: new Uint8Array(width),
    covered: new Float32Array(width),
    best: new Float32Array(width),
  }
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
  const { owner, hasGap, covered, best } = columns
  const width = owner.length
  const scale = width / (view.to - view.from)
  owner.fill(NOTHING)
  hasGap.fill(0)
  covered.fill(0)
  best.fill(0)
  const { starts, ends, owners } = data
  for (let at = firstEndingAfter(data, low, high, view.from); at < high; at++) {
    const start = starts[at] as number
    if (start >= view.to) break
    const x0 = Math.max(0, (start - view.from) * scale)
    const x1 = Math.min(width, ((ends[at] as number) - view.from) * scale)
    const c0 = Math.floor(x0)
    const c1 = Math.min(width - 1, Math.floor(x1))
    const who = owners[at] as number
    if (c0 === c1) {
      cover(columns, c0, x1 - x0, who)
      continue
    }
    cover(columns, c0, c0 + 1 - x0, who)
    for (let column = c0 + 1; column < c1; column++) {
      owner[column] = who
      covered[column] = 1
      best[column] = 1
    }
    cover(columns, c1, x1 - c1, who)
  }
  markGaps(columns, view, life)
}

function cover({ owner, covered, best }: Columns, column: number, share: number, who: number): void {
  if (share <= 0 || column >= owner.length) return
  covered[column] = (covered[column] as number) + share
  if (share <= (best[column] as number)) return
  best[column] = share
  owner[column] = who
}

/** Below this share of a column a hole comes from the arithmetic. */
const leastShare = 1e-4

function markGaps({ owner, hasGap, covered, best }: Columns, view: Viewport, [from, to]: BandPlace['life']): void {
  const width = owner.length
  const scale = width / (view.to - view.from)
  const x0 = Math.max(0, (from - view.from) * scale)
  const x1 = Math.min(width, (to - view.from) * scale)
  for (let column = Math.floor(x0); column < x1; column++) {
    const known = Math.min(column + 1, x1) - Math.max(column, x0)
    const hole = known - (covered[column] as number)
    if (hole <= leastShare) continue
    hasGap[column] = 1
    if (hole > (best[column] as number)) owner[column] = GAP
  }
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
