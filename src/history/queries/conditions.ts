import type { EventType } from '../../events/definitions.ts'
import { type Severity, severities } from '../../events/envelope.ts'
import { OPEN } from '../sql/tables.ts'
import { openersCondition } from '../sql/views.ts'
import type { HistoryReader, Row, SqlValue } from '../store.ts'
import { cursorPlace, cursorText } from './cursor.ts'
import { mostRows } from './limits.ts'

export interface ConditionsQuestion {
  readonly cluster: string
  /** All groups unless given. */
  readonly group?: string | undefined
  /** Of the events that open them; all unless given. */
  readonly types?: readonly EventType[] | undefined
  /** This severity or a worse one. */
  readonly severity?: Severity | undefined
  /** In ms; the same for one moment. */
  readonly from: number
  readonly to: number
  /** Where a page before ended. */
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

/** A condition over time, from when it opened to when it closed. */
export interface ConditionSpan {
  /** Of the event that opened it. */
  readonly id: string
  /** Of the event that closed it; null: it is open, or that event is gone. */
  readonly closeId: string | null
  readonly type: string
  readonly group: string
  readonly severity: string
  readonly topic: string | null
  readonly partition: number | null
  readonly from: number
  /** Null: it is open. */
  readonly to: number | null
}

export interface ConditionsPage {
  readonly conditions: readonly ConditionSpan[]
  /** Where the next page begins; null: this is the last. */
  readonly next: string | null
}

/**
 * Conditions that were open within a time, the newest first.
 * @throws KoffError USAGE where the cursor is not of this question.
 */
export async function conditionsPage(reader: HistoryReader, question: ConditionsQuestion): Promise<ConditionsPage> {
  const { cluster, group, types, severity, from, to, cursor } = question
  const limit = Math.min(question.limit ?? mostRows, mostRows)
  const conditions = [`(o.cluster || '') = ?`, 'o.time <= ?', 'o.closed > ?']
  const parameters: SqlValue[] = [cluster, to, from]
  if (group !== undefined) {
    conditions.push(openersCondition('o'), 'o."group" = ?')
    parameters.push(group)
  }
  // Words of koff's own, no text of a user's.
  if (types !== undefined) conditions.push(`o.type IN (${types.map(type => `'${type}'`).join(', ')})`)
  if (severity !== undefined) {
    const worse = severities.slice(severities.indexOf(severity))
    conditions.push(`o.severity IN (${worse.map(one => `'${one}'`).join(', ')})`)
  }
  if (cursor !== undefined) {
    const [time, sequence] = cursorPlace(cursor, 'conditions', ['number', 'number'])
    conditions.push('(o.time, o.sequence) < (?, ?)')
    parameters.push(Number(time), Number(sequence))
  }
  const rows = await reader.all(
    `SELECT o.sequence, o.id, o.type, o."group", o.severity, o.topic, o."partition", o.time, o.closed,
        (SELECT c.id FROM events c WHERE c.opened = o.id AND (c.cluster || '') = o.cluster LIMIT 1) AS close_id
      FROM events o WHERE ${conditions.join(' AND ')} ORDER BY o.time DESC, o.sequence DESC LIMIT ?`,
    [...parameters, limit],
  )
  const last = rows.length < limit ? undefined : rows.at(-1)
  return {
    conditions: rows.map(spanOf),
    next: last === undefined ? null : cursorText('conditions', [Number(last['time']), Number(last['sequence'])]),
  }
}

/** The first page of them. */
export async function conditionsOf(
  reader: HistoryReader,
  question: ConditionsQuestion,
): Promise<readonly ConditionSpan[]> {
  return (await conditionsPage(reader, question)).conditions
}

function spanOf(row: Row): ConditionSpan {
  const closed = Number(row['closed'])
  const nullable = (value: SqlValue | undefined) => (value === null || value === undefined ? null : String(value))
  return {
    id: String(row['id']),
    closeId: nullable(row['close_id']),
    type: String(row['type']),
    group: String(row['group']),
    severity: String(row['severity']),
    topic: nullable(row['topic']),
    partition: row['partition'] === null ? null : Number(row['partition']),
    from: Number(row['time']),
    to: closed === OPEN ? null : closed,
  }
}
