import type { EventType } from '../../events/definitions.ts'
import type { Knowledge } from '../items.ts'
import type { HistoryReader } from '../store.ts'

/** A partition of `__consumer_offsets` about which the history does not have all of a time. */
export interface Uncovered {
  readonly partition: number
  /** The time that is not covered, ms; null: without an end. */
  readonly from: number | null
  readonly to: number | null
}

export interface CoverageQuestion {
  readonly cluster: string
  readonly knows: Knowledge
  /** The times that an answer is about, ms. */
  readonly from: number
  readonly to: number
  /** Of `__consumer_offsets`; all unless given. */
  readonly partition?: number | undefined
}

/** The maximum delay of writing: a history that ends within this time counts as present, ms. */
export const PRESENT_MS = 60_000

/** Partitions and times that the history does not cover; empty where it has all. */
export async function uncovered(reader: HistoryReader, question: CoverageQuestion): Promise<Uncovered[]> {
  const { cluster, knows, from, to, partition } = question
  const intervals = await coverageOf(reader, { cluster, knows, partition })
  if (intervals.size === 0) return [{ partition: partition ?? 0, from: null, to: null }]
  const missing: Uncovered[] = []
  for (const [of, known] of intervals) {
    let at = from
    let before: number | null = null
    let isCovered = false
    for (const interval of known) {
      if (interval.to + PRESENT_MS < at) {
        before = interval.to
        continue
      }
      if (interval.from > at) break
      at = interval.to + PRESENT_MS
      before = interval.to
      if (at < to) continue
      isCovered = true
      break
    }
    if (isCovered) continue
    const next = known.find(interval => interval.from > at)
    missing.push({ partition: of, from: before, to: next?.from ?? null })
  }
  return missing
}

export interface Interval {
  readonly from: number
  readonly to: number
}

/** By partition of `__consumer_offsets`, the intervals that are covered, in order. */
export async function coverageOf(
  reader: HistoryReader,
  { cluster, knows, partition }: Pick<CoverageQuestion, 'cluster' | 'knows' | 'partition'>,
): Promise<Map<number, Interval[]>> {
  const of = partition === undefined ? '' : 'AND "partition" = ?'
  const rows = await reader.all(
    `SELECT "partition", from_time, to_time FROM coverage WHERE cluster = ? AND knowledge = ? ${of}
      ORDER BY "partition", from_time`,
    partition === undefined ? [cluster, knows] : [cluster, knows, partition],
  )
  const intervals = new Map<number, Interval[]>()
  for (const row of rows) {
    const interval = { from: Number(row['from_time']), to: Number(row['to_time']) }
    const key = Number(row['partition'])
    const known = intervals.get(key)
    if (known === undefined) intervals.set(key, [interval])
    else known.push(interval)
  }
  return intervals
}

/** Up to where each partition of `__consumer_offsets` is known, by partition. */
export async function positionsOf(
  reader: HistoryReader,
  cluster: string,
): Promise<readonly { readonly partition: number; readonly position: number; readonly time: number }[]> {
  const rows = await reader.all(
    `SELECT "partition", max(to_position) AS position, max(to_time) AS time FROM coverage WHERE cluster = ?
      GROUP BY "partition" ORDER BY "partition"`,
    [cluster],
  )
  return rows.map(row => ({
    partition: Number(row['partition']),
    position: Number(row['position']),
    time: Number(row['time']),
  }))
}

export interface KeptType {
  readonly type: string
  /** Older events of the type were removed, ms. */
  readonly since: number
}

/** Of these types, or of all, the one whose events are known for the shortest time; null: none was removed before its time. */
export async function shortestKept(
  reader: HistoryReader,
  types: readonly EventType[] | undefined,
): Promise<KeptType | null> {
  const of = types === undefined ? '' : `WHERE type IN (${types.map(() => '?').join(', ')})`
  const [row] = await reader.all(
    `SELECT type, from_time FROM kept_types ${of} ORDER BY from_time DESC, type LIMIT 1`,
    types,
  )
  return row === undefined ? null : { type: String(row['type']), since: Number(row['from_time']) }
}
