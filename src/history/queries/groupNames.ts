import type { HistoryReader } from '../store.ts'

/** Names of groups that the history knows, sorted; at most so many. */
export async function groupNames(reader: HistoryReader, cluster: string, limit: number): Promise<readonly string[]> {
  const rows = await reader.all('SELECT "group" FROM groups WHERE cluster = ? ORDER BY "group" LIMIT ?', [
    cluster,
    limit,
  ])
  return rows.map(({ group }) => String(group))
}

/** Partition of `__consumer_offsets` of a group; null: the group is not in the history. */
export async function partitionOfGroup(reader: HistoryReader, cluster: string, group: string): Promise<number | null> {
  const [row] = await reader.all('SELECT "partition" FROM groups WHERE cluster = ? AND "group" = ?', [cluster, group])
  return row === undefined ? null : Number(row['partition'])
}

/** The time of the first event of a group, ms; null: the history has none. */
export async function firstEventTime(reader: HistoryReader, cluster: string, group: string): Promise<number | null> {
  const [row] = await reader.all(
    `SELECT time FROM events WHERE "group" = ? AND (cluster || '') = ? ORDER BY time, sequence LIMIT 1`,
    [group, cluster],
  )
  return row === undefined ? null : Number(row['time'])
}
