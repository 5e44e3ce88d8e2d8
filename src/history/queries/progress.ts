import type { TimedPoint } from '../progress/block.ts'
import { blockOf } from '../sql/blockRow.ts'
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
  for await (const block of blocksOf(reader, { cluster, group, from, to })) {
    for (const point of block) {
      if (point.time < from || point.time > to) continue
      if (topic !== undefined && point.topic !== topic) continue
      if (partition !== undefined && point.partition !== partition) continue
      // Points of one time stay together, so that the next page can begin at a time.
      if (points.length >= limit && point.time !== points.at(-1)?.time) return { points, next: point.time }
      points.push(point)
    }
  }
  return { points, next: null }
}

/** Points of one block after the other, and then those that are in none yet. */
async function* blocksOf(
  reader: HistoryReader,
  { cluster, group, from, to }: ProgressQuestion,
): AsyncGenerator<readonly TimedPoint[]> {
  let after = -1
  for (;;) {
    const [row] = await reader.all(
      `SELECT from_time, from_position, to_time, body FROM progress
        WHERE cluster = ? AND "group" = ? AND to_time >= ? AND from_time <= ? AND from_position > ?
        ORDER BY from_time, from_position LIMIT 1`,
      [cluster, group, from, to, after],
    )
    if (row === undefined) break
    after = Number(row['from_position'])
    yield blockOf(row).points
  }
  yield await tailPoints(reader, { cluster, group, to })
}

/** Points after the last block. */
export async function tailPoints(
  reader: HistoryReader,
  { cluster, group, to }: Pick<ProgressQuestion, 'cluster' | 'group' | 'to'>,
): Promise<readonly TimedPoint[]> {
  const rows = await reader.all(
    `SELECT time AS from_time, position AS from_position, time AS to_time, body FROM progress_tail
      WHERE cluster = ? AND "group" = ? AND time <= ? ORDER BY time, position`,
    [cluster, group, to],
  )
  return rows.flatMap(row => blockOf(row).points)
}
