import { rebalanceCondition } from '../sql/views.ts'
import type { HistoryReader } from '../store.ts'

/** By group: changes whenever the group's state or its offsets in the history do. Every group of the history has one. */
export async function groupVersions(reader: HistoryReader, cluster: string): Promise<ReadonlyMap<string, string>> {
  const of = (table: string) => `${table}.cluster = g.cluster AND ${table}."group" = g."group"`
  const rows = await reader.all(
    `SELECT g."group",
        (SELECT s.position FROM states s WHERE ${of('s')} ORDER BY s.time DESC, s.position DESC LIMIT 1) AS state,
        (SELECT p.from_position FROM progress p WHERE ${of('p')} ORDER BY p.from_time DESC, p.from_position DESC LIMIT 1) AS block,
        (SELECT p.points FROM progress p WHERE ${of('p')} ORDER BY p.from_time DESC, p.from_position DESC LIMIT 1) AS points,
        (SELECT t.position FROM progress_tail t WHERE ${of('t')} ORDER BY t.time DESC, t.position DESC LIMIT 1) AS tail
      FROM groups g WHERE g.cluster = ?`,
    [cluster],
  )
  return new Map(
    rows.map(row => [
      String(row['group']),
      JSON.stringify([row['state'], row['block'], row['points'], row['tail']].map(String)),
    ]),
  )
}

/** By group: when its last rebalance up to a time completed, ms. */
export async function lastRebalances(
  reader: HistoryReader,
  cluster: string,
  at: number,
): Promise<ReadonlyMap<string, number>> {
  const rows = await reader.all(
    `SELECT g."group", (SELECT e.time FROM events e
        WHERE e.type = 'rebalance' AND e."group" = g."group" AND e.time <= ? AND (e.cluster || '') = g.cluster
        ORDER BY e.time DESC LIMIT 1) AS time
      FROM groups g WHERE g.cluster = ?`,
    [at, cluster],
  )
  return new Map(rows.flatMap(({ group, time }) => (time === null ? [] : [[String(group), Number(time)] as const])))
}

/** By group: how often it rebalanced within a time; `from` is not included. */
export async function rebalanceCounts(
  reader: HistoryReader,
  { cluster, from, to }: { readonly cluster: string; readonly from: number; readonly to: number },
): Promise<ReadonlyMap<string, number>> {
  const rows = await reader.all(
    `SELECT "group", count(*) AS count FROM (
        SELECT ("group" || '') AS "group" FROM events
        WHERE ${rebalanceCondition} AND time > ? AND time <= ? AND cluster = ?) AS found
      GROUP BY "group"`,
    [from, to, cluster],
  )
  return new Map(rows.map(({ group, count }) => [String(group), Number(count)]))
}
