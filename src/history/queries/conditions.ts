import { openersCondition } from '../sql/views.ts'
import type { HistoryReader } from '../store.ts'
import { mostRows } from './limits.ts'

export interface ConditionsQuestion {
  readonly cluster: string
  /** All groups unless given. */
  readonly group?: string | undefined
  /** In ms; the same for one moment. */
  readonly from: number
  readonly to: number
  readonly limit?: number | undefined
}

/** A condition over time, from when it opened to when it closed. */
export interface ConditionSpan {
  /** Of the event that opened it. */
  readonly id: string
  readonly type: string
  readonly group: string
  readonly severity: string
  readonly topic: string | null
  readonly partition: number | null
  readonly from: number
  /** Null: it is open. */
  readonly to: number | null
}

/** Conditions that were open within a time, the newest first. */
export async function conditionsOf(
  reader: HistoryReader,
  question: ConditionsQuestion,
): Promise<readonly ConditionSpan[]> {
  const { cluster, group, from, to, limit = mostRows } = question
  const rows = await reader.all(
    `SELECT o.id, o.type, o."group", o.severity, o.topic, o."partition", o.time AS from_time, c.time AS to_time
      FROM events o LEFT JOIN events c ON c.opened = o.id AND c.cluster = o.cluster
      WHERE ${openersCondition('o')} AND o.cluster = ? AND o.time <= ? AND (c.time IS NULL OR c.time > ?)
        ${group === undefined ? '' : 'AND o."group" = ?'} AND (o.rest IS NULL OR o.rest ->> 'part' IS NULL)
      ORDER BY o.time DESC, o.sequence DESC LIMIT ?`,
    [cluster, to, from, ...(group === undefined ? [] : [group]), Math.min(limit, mostRows)],
  )
  return rows.map(row => ({
    id: String(row['id']),
    type: String(row['type']),
    group: String(row['group']),
    severity: String(row['severity']),
    topic: row['topic'] === null ? null : String(row['topic']),
    partition: row['partition'] === null ? null : Number(row['partition']),
    from: Number(row['from_time']),
    to: row['to_time'] === null ? null : Number(row['to_time']),
  }))
}
