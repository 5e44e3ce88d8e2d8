import { OPEN } from '../sql/tables.ts'
import type { HistoryReader } from '../store.ts'
import { mostRows } from './limits.ts'

export interface MembersQuestion {
  readonly cluster: string
  readonly group: string
  /** In ms. */
  readonly from: number
  readonly to: number
}

/** How often a client came and went: a static member by its instance id, any other by client id and host. */
export interface MemberTurnover {
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  readonly joined: number
  readonly left: number
  /** Members of it that are there at the end of the time. */
  readonly present: number
  /** Time of the first join and the last leave that are not before or after the time in question; null: there is none. */
  readonly firstJoined: number | null
  readonly lastLeft: number | null
  /** Mean time from joining to leaving of those that left, ms. */
  readonly meanStayMs: number | null
}

/** Clients of a group within a time, the one that came and went most often first. */
export async function membersOf(
  reader: HistoryReader,
  { cluster, group, from, to }: MembersQuestion,
): Promise<readonly MemberTurnover[]> {
  const rows = await reader.all(
    `SELECT instance, client, host,
        sum(CASE WHEN from_time >= ? THEN 1 ELSE 0 END) AS joined,
        sum(CASE WHEN to_time <= ? THEN 1 ELSE 0 END) AS "left",
        sum(CASE WHEN to_time > ? THEN 1 ELSE 0 END) AS present,
        min(CASE WHEN from_time >= ? THEN from_time END) AS first_joined,
        max(CASE WHEN to_time <= ? THEN to_time END) AS last_left,
        avg(CASE WHEN to_time <> ${OPEN} THEN to_time - from_time END) AS stay
      FROM member_spans WHERE cluster = ? AND "group" = ? AND to_time >= ? AND from_time <= ?
      GROUP BY instance, client, host ORDER BY joined DESC, "left" DESC, client, host LIMIT ${mostRows}`,
    [from, to, to, from, to, cluster, group, from, to],
  )
  const nullable = (value: unknown) => (value === null ? null : Number(value))
  return rows.map(row => ({
    instanceId: row['instance'] === null ? null : String(row['instance']),
    clientId: String(row['client']),
    host: String(row['host']),
    joined: Number(row['joined']),
    left: Number(row['left']),
    present: Number(row['present']),
    firstJoined: nullable(row['first_joined']),
    lastLeft: nullable(row['last_left']),
    meanStayMs: row['stay'] === null ? null : Math.round(Number(row['stay'])),
  }))
}
