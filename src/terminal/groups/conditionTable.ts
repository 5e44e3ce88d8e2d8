import { ranges } from '../../base/ranges.ts'
import { whatToDo } from '../../events/conditions/advice.ts'
import type { OpeningType } from '../../events/definitions.ts'
import { severityOf } from '../../events/definitions.ts'
import type { Severity } from '../../events/envelope.ts'
import { shortDuration, shortTime, zoneText } from '../clock.ts'
import type { Orders, View } from '../output.ts'
import { ShortNames } from '../shortNames.ts'
import { type Column, table } from '../table.ts'
import { compactInteger, integer } from '../words.ts'
import { wrapText } from '../wrap.ts'
import { type ShownCondition, weightOf } from './openCondition.ts'

/** A condition with how bad it is now. */
export interface JudgedCondition extends ShownCondition {
  /** Records between the committed offset and the log end now; null where that means nothing or is not known. */
  readonly lag: number | null
  /** Of a storm: how many rebalances count; else null. */
  readonly rebalances: number | null
}

/** Open conditions of one type in one topic of one group. */
export interface ConditionRow {
  readonly severity: Severity
  readonly type: OpeningType
  readonly group: string
  readonly topic: string | null
  readonly partitions: readonly number[]
  /** Of the oldest one. */
  readonly since: number
  readonly lag: number | null
  readonly rebalances: number | null
}

export const conditionOrders: Orders<ConditionRow> = {
  severity: (a, b) => weightOf(b.type) - weightOf(a.type) || a.since - b.since,
  since: (a, b) => a.since - b.since,
  group: (a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : a.since - b.since),
  lag: (a, b) => (b.lag ?? -1) - (a.lag ?? -1),
}

export function conditionRows(conditions: readonly JudgedCondition[]): ConditionRow[] {
  const alike = Map.groupBy(conditions, ({ type, group, topic }) => JSON.stringify([type, group, topic]))
  return [...alike.values()].flatMap(same => {
    const [first] = same
    if (first === undefined) return []
    const { type, group, topic } = first
    const sum = (values: readonly (number | null)[]) =>
      values.some(value => value !== null) ? values.reduce<number>((all, value) => all + (value ?? 0), 0) : null
    return [
      {
        severity: severityOf(type),
        type,
        group,
        topic,
        partitions: same.flatMap(({ partition }) => partition ?? []),
        since: Math.min(...same.map(({ since }) => since)),
        lag: sum(same.map(({ lag }) => lag)),
        rebalances: sum(same.map(({ rebalances }) => rebalances)),
      },
    ]
  })
}

/** The conditions, and below them what to do about each type. */
export function conditionPage(rows: readonly ConditionRow[], view: View, now: number): string {
  const { ink, width } = view
  const topics = new ShortNames(topicColumns)
  const columns: readonly Column<ConditionRow>[] = [
    {
      head: 'SEVERITY',
      tight: { head: 'SEV' },
      text: ({ severity }) => severity,
      style: ({ severity }) => (severity === 'error' ? ['bold', 'red'] : 'yellow'),
    },
    { head: 'CONDITION', text: ({ type }) => type },
    { head: 'GROUP', gives: 'name', text: ({ group }) => group },
    {
      head: 'WHERE',
      gives: 'words',
      text: row => placeText(row),
      tight: { head: 'WHERE', text: row => placeText(row, topic => topics.of(topic)) },
    },
    { head: 'SINCE', text: ({ since }) => shortTime(since, now) },
    { head: 'FOR', align: 'right', text: ({ since }) => shortDuration(Math.max(0, now - since)) },
    {
      head: 'HOW-BAD',
      text: row => badText(row, integer),
      tight: { head: 'HOW-BAD', text: row => badText(row, compactInteger) },
    },
  ]
  const types = [...new Set(rows.map(({ type }) => type))].sort((a, b) => weightOf(b) - weightOf(a))
  const advice = types.map(type => {
    const text = `${ink('bold', type)}: ${whatToDo[type]}`
    return `${wrapText(text, { width, indent: 2 }).join('\n')}\n`
  })
  return `${table(rows, columns, view)}${ink('dim', `times in ${zoneText(now)}`)}\n\nWhat to do\n${advice.join('')}`
}

/** Of a topic in a narrow table. */
const topicColumns = 14

function placeText({ topic, partitions }: ConditionRow, nameOf = (name: string) => name): string {
  return topic === null ? '-' : `${nameOf(topic)}[${ranges(partitions, ',')}]`
}

function badText({ lag, rebalances, partitions, type }: ConditionRow, number: (value: number) => string): string {
  if (rebalances !== null) return `${rebalances} rebal.`
  if (lag !== null) return `${number(lag)} behind`
  return type === 'partition-unassigned' ? `${partitions.length} without owner` : '-'
}
