import type { OffsetPoint } from '../items.ts'

/** Progress of one group over a time: how its offsets stood at the beginning, and what changed since. */
export interface Block {
  /** In ms. */
  readonly fromTime: number
  readonly fromPosition: number
  toTime: number
  /** Offsets as they stood before the first point. */
  readonly base: readonly OffsetPoint[]
  readonly points: TimedPoint[]
}

export interface TimedPoint extends OffsetPoint {
  readonly time: number
}

/** A block with more points than these, and than so many times its base, is full; one of a longer time is, too. */
const mostPoints = 2_400
const mostOfBase = 10
const longestMs = 4 * 3_600_000

export function isFull({ base, points, fromTime }: Block, time: number): boolean {
  return points.length >= Math.max(mostPoints, mostOfBase * base.length) || time - fromTime > longestMs
}

/** The block that follows on another one. */
export function nextBlock(before: Block | null, place: { readonly time: number; readonly position: number }): Block {
  const { time, position } = place
  const base = before === null ? [] : [...offsetsAt(before, Number.POSITIVE_INFINITY).values()]
  return { fromTime: time, fromPosition: position, toTime: time, base, points: [] }
}

/** The committed offsets at a time within a block, or after it: by topic and partition. */
export function offsetsAt({ base, points }: Block, time: number): Map<string, OffsetPoint> {
  const offsets = new Map<string, OffsetPoint>()
  for (const point of base) offsets.set(keyOf(point), point)
  for (const point of points) {
    if (point.time > time) break
    if (point.offset === null) offsets.delete(keyOf(point))
    else offsets.set(keyOf(point), point)
  }
  return offsets
}

export function keyOf({ topic, partition }: Pick<OffsetPoint, 'topic' | 'partition'>): string {
  return `${partition} ${topic}`
}
