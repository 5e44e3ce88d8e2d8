import { rebalanceCondition } from '../sql/views.ts'
import type { HistoryReader } from '../store.ts'

export interface HeatMapQuestion {
  readonly cluster: string
  /** In ms; `to` is not included. */
  readonly from: number
  readonly to: number
  /** In ms. */
  readonly bucketMs: number
  /** Groups at most, those with the most rebalances. */
  readonly limit: number
}

export interface HeatMapRow {
  readonly group: string
  /** One for each bucket from `from` on. */
  readonly counts: readonly number[]
}

/** How often groups rebalanced, by group and bucket of time; the group with the most first. */
export async function rebalanceHeatMap(
  reader: HistoryReader,
  question: HeatMapQuestion,
): Promise<readonly HeatMapRow[]> {
  const { cluster, from, to, bucketMs, limit } = question
  const rows = await reader.all(
    `SELECT "group", bucket, count(*) AS count FROM (
        SELECT ("group" || '') AS "group", CAST((time - ?) / ? AS INTEGER) AS bucket FROM events
        WHERE ${rebalanceCondition} AND time >= ? AND time < ? AND cluster = ?) AS found
      GROUP BY "group", bucket`,
    [from, bucketMs, from, to, cluster],
  )
  const buckets = Math.ceil((to - from) / bucketMs)
  const counts = new Map<string, number[]>()
  const sums = new Map<string, number>()
  for (const row of rows) {
    const group = String(row['group'])
    const of = counts.get(group) ?? Array.from({ length: buckets }, () => 0)
    counts.set(group, of)
    const count = Number(row['count'])
    of[Number(row['bucket'])] = count
    sums.set(group, (sums.get(group) ?? 0) + count)
  }
  const most = [...sums].sort(([a, some], [b, more]) => more - some || (a < b ? -1 : 1)).slice(0, limit)
  return most.map(([group]) => ({ group, counts: counts.get(group) ?? [] }))
}
