import { KoffError } from '../../base/errors.ts'
import type { EventType } from '../../events/definitions.ts'
import { type KoffEvent, type Severity, severities } from '../../events/envelope.ts'
import { eventOf } from '../sql/eventRow.ts'
import type { HistoryReader, Row, SqlValue } from '../store.ts'
import { mostRows } from './limits.ts'

export interface EventsQuestion {
  readonly cluster: string
  /** In ms, both included. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Exactly this group. */
  readonly group?: string | undefined
  /** Patterns with * and ?; one of them has to fit. */
  readonly groups?: readonly string[] | undefined
  readonly kind?: string | undefined
  readonly types?: readonly EventType[] | undefined
  /** This severity or a worse one. */
  readonly severity?: Severity | undefined
  readonly topic?: string | undefined
  readonly partition?: number | undefined
  readonly member?: string | undefined
  readonly instance?: string | undefined
  readonly client?: string | undefined
  readonly host?: string | undefined
  /** The oldest first, or the newest; the oldest unless given. */
  readonly order?: 'oldest' | 'newest' | undefined
  /** Where a page before ended. */
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

export interface EventsPage {
  readonly events: readonly StoredEvent[]
  /** Where the next page begins; null: this is the last. */
  readonly next: string | null
}

/** An event, and its place in the history: a later one was written later. */
export interface StoredEvent {
  readonly sequence: number
  readonly event: KoffEvent
}

/**
 * Events in the order of their times.
 * @throws KoffError USAGE where the cursor is not of this question.
 */
export async function eventsPage(reader: HistoryReader, question: EventsQuestion): Promise<EventsPage> {
  const { order = 'oldest', limit = mostRows } = question
  const { sql, parameters } = statement(reader, question, Math.min(limit, mostRows))
  const rows = await reader.all(sql, parameters)
  const last = rows.length < Math.min(limit, mostRows) ? undefined : rows.at(-1)
  return { events: rows.flatMap(storedEventOf), next: last === undefined ? null : cursorOf(last, order) }
}

/** Events in the order in which they were written, after a place, up to another one. */
export async function eventsAfter(
  reader: HistoryReader,
  sequence: number,
  { upTo, ...question }: Omit<EventsQuestion, 'cursor' | 'order'> & { readonly upTo?: number | undefined },
): Promise<readonly StoredEvent[]> {
  const { conditions, parameters } = conditionsOf(reader, question)
  if (upTo !== undefined) {
    conditions.push('sequence <= ?')
    parameters.push(upTo)
  }
  const rows = await reader.all(
    `SELECT * FROM events WHERE sequence > ? AND ${[...conditions, ...setConditions(question)].join(' AND ')} ORDER BY sequence LIMIT ?`,
    [sequence, ...parameters, Math.min(question.limit ?? mostRows, mostRows)],
  )
  return rows.flatMap(storedEventOf)
}

/** The position of the last written event; 0 without events. */
export async function lastSequence(reader: HistoryReader): Promise<number> {
  const [row] = await reader.all('SELECT max(sequence) AS sequence FROM events')
  return Number(row?.['sequence'] ?? 0)
}

/** One event; null where it is not there. */
export async function eventById(reader: HistoryReader, cluster: string, id: string): Promise<StoredEvent | null> {
  const rows = await reader.all('SELECT * FROM events WHERE cluster = ? AND id = ?', [cluster, id])
  return rows.flatMap(storedEventOf)[0] ?? null
}

export function storedEventOf(row: Row): readonly StoredEvent[] {
  const event = eventOf(row)
  return event === null ? [] : [{ sequence: Number(row['sequence']), event }]
}

/**
 * One SELECT for each type or severity that is asked for, each in the order of an index, so that a rare type is found
 * without a look at all events.
 */
function statement(reader: HistoryReader, question: EventsQuestion, limit: number) {
  const { order = 'oldest', cursor } = question
  const { conditions, parameters } = conditionsOf(reader, question)
  const direction = order === 'oldest' ? 'ASC' : 'DESC'
  const values = [...parameters]
  if (cursor !== undefined) {
    conditions.push(`(time, sequence) ${order === 'oldest' ? '>' : '<'} (?, ?)`)
    values.push(...placeOf(cursor, order))
  }
  const by = `ORDER BY time ${direction}, sequence ${direction} LIMIT ${limit}`
  const branch = (more: readonly string[]) =>
    `SELECT * FROM (SELECT * FROM events WHERE ${[...conditions, ...more].join(' AND ')} ${by}) AS branch`
  const branches = branchesOf(question).map(branch)
  const repeated = branches.flatMap(() => values)
  if (branches.length === 1) return { sql: `${branches[0] ?? ''} ${by}`, parameters: repeated }
  return { sql: `SELECT * FROM (${branches.join(' UNION ALL ')}) AS branches ${by}`, parameters: repeated }
}

/** With more types than these, or with a group, one SELECT looks at all of them. */
const mostBranches = 12

/** Words of koff's own, no text of a user's. */
function branchesOf(question: EventsQuestion): readonly (readonly string[])[] {
  const { types, severity, group, topic, member, instance, client, host } = question
  const all = setConditions(question)
  if ([group, topic, member, instance, client, host].some(value => value !== undefined)) return [all]
  if (types !== undefined && types.length <= mostBranches) {
    return types.map(type => [`type = '${type}'`, ...severityCondition(severity)])
  }
  if (severity === undefined || severity === 'info') return [all]
  const worse = severities.slice(severities.indexOf(severity))
  return worse.map(one => [`severity = '${one}'`, `severity <> 'info'`, ...typesCondition(types)])
}

function setConditions({ types, severity }: EventsQuestion): string[] {
  return [...typesCondition(types), ...severityCondition(severity)]
}

function typesCondition(types: EventsQuestion['types']): string[] {
  return types === undefined ? [] : [`type IN (${types.map(type => `'${type}'`).join(', ')})`]
}

function severityCondition(severity: Severity | undefined): string[] {
  if (severity === undefined || severity === 'info') return []
  const worse = severities.slice(severities.indexOf(severity))
  return [`severity IN (${worse.map(one => `'${one}'`).join(', ')})`]
}

function conditionsOf(reader: HistoryReader, question: EventsQuestion) {
  const { cluster, from, to, group, groups = [], kind, topic, partition, member, instance, client, host } = question
  // Not by the index of cluster and id: nearly all events are of one cluster.
  const conditions = [`(cluster || '') = ?`]
  const parameters: SqlValue[] = [cluster]
  const add = (condition: string, value: SqlValue | undefined) => {
    if (value === undefined) return
    conditions.push(condition)
    parameters.push(value)
  }
  add('time >= ?', from)
  add('time <= ?', to)
  add('"group" = ?', group)
  if (groups.length > 0) {
    const globs = groups.map(pattern => reader.glob('"group"', pattern))
    conditions.push(`(${globs.map(({ sql }) => sql).join(' OR ')})`)
    parameters.push(...globs.map(({ value }) => value))
  }
  add('kind = ?', kind)
  add('topic = ?', topic)
  add('"partition" = ?', partition)
  add('member = ?', member)
  add('instance = ?', instance)
  add('client = ?', client)
  add('host = ?', host)
  return { conditions, parameters }
}

function cursorOf(row: Row, order: 'oldest' | 'newest'): string {
  return Buffer.from(`${order} ${Number(row['time'])} ${Number(row['sequence'])}`).toString('base64url')
}

function placeOf(cursor: string, order: 'oldest' | 'newest'): readonly [time: number, sequence: number] {
  const [, of, time, sequence] =
    /^(oldest|newest) (-?\d+) (\d+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (of !== order)
    throw new KoffError(
      'USAGE',
      `cursor ${JSON.stringify(cursor)} belongs to another question, or is damaged; use next of the last answer`,
    )
  return [Number(time), Number(sequence)]
}
