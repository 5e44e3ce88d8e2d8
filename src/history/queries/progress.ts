import type { TimedPoint } from '../progress/block.ts'
import { unpackBlock } from '../progress/pack.ts'
import type { HistoryReader } from '../store.ts'
import { mostRows } from './limits.ts'

export interface ProgressQuestion {
  readonly cluster: string
  readonly group: string
  readonly topic?: string | undefined
  readonly partition?: number | undefined
  /** In ms. */
  readonly from: number
  readonly to: number
  readonly limit?: number | undefined
}

/** Committed offsets, log ends and lag of a group as they changed, the oldest first. `next`: from when to go on; null: at the end. */
export async function progressOf(
  reader: HistoryReader,
  { cluster, group, topic, partition, from, to, limit = mostRows }: ProgressQuestion,
): Promise<{ readonly points: readonly TimedPoint[]; readonly next: number | null }> {
  const points: TimedPoint[] = []
  let after = Number.NEGATIVE_INFINITY
  for (;;) {
    const [row] = await reader.all(
      `SELECT from_time, from_position, to_time, body FROM progress
        WHERE cluster = ? AND "group" = ? AND to_time >= ? AND from_time <= ? AND from_position > ?
        ORDER BY from_time, from_position LIMIT 1`,
      [cluster, group, from, to, Number.isFinite(after) ? after : -1],
    )
    if (row === undefined) return { points, next: null }
    const place = {
      fromTime: Number(row['from_time']),
      fromPosition: Number(row['from_position']),
      toTime: Number(row['to_time']),
    }
    after = place.fromPosition
    for (const point of unpackBlock(row['body'] as Uint8Array, place).points) {
      if (point.time < from || point.time > to) continue
      if (topic !== undefined && point.topic !== topic) continue
      if (partition !== undefined && point.partition !== partition) continue
      // Points of one time stay together, so that the next page can begin at a time.
      if (points.length >= limit && point.time !== points.at(-1)?.time) return { points, next: point.time }
      points.push(point)
    }
  }
}
