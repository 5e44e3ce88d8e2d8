import { stripVTControlCharacters } from 'node:util'
import { inColumns, terminalText } from '../../base/terminalText.ts'
import { shortTime, zoneText } from '../clock.ts'
import { lineFormatter } from '../events/line.ts'
import { groupHead, partitionTable } from '../groups/groupPage.ts'
import { groupTable } from '../groups/groupTable.ts'
import { conditionsText } from '../groups/openCondition.ts'
import type { Ink } from '../ink.ts'
import { count } from '../words.ts'
import { visibleColumns, wrapText } from '../wrap.ts'
import { markedAt, shownRows, type TopModel, type TopState } from './topState.ts'

export interface TopSize {
  readonly columns: number
  readonly rows: number
  readonly ink: Ink
}

/** The whole screen, a line each; never more lines or columns than there are. */
export function topScreen(model: TopModel, state: TopState, size: TopSize): string[] {
  const { columns, rows } = size
  const body = rows - 3
  const parts = [
    ...headLines(model, size),
    ...filled(bodyLines(model, state, { ...size, rows: body }), body),
    footLine(state, size),
  ]
  return parts.slice(0, rows).map(line => (visibleColumns(line) > columns ? cut(line, columns) : line))
}

function bodyLines(model: TopModel, state: TopState, size: TopSize): string[] {
  switch (state.mode) {
    case 'help':
      return helpLines
    case 'group':
      return groupLines(model, state.group ?? '', size)
    case 'groups':
      return listLines(model, state, size)
  }
}

function headLines(model: TopModel, { columns, ink }: TopSize): string[] {
  const { rows, rebalances, now, judgedSince } = model
  const behind = rows.filter(({ lag }) => (lag ?? 0) > 0).length
  const open = rows.reduce((all, { conditions }) => all + (conditions?.length ?? 0), 0)
  const facts = [
    count(rows.length, 'group'),
    `${behind} behind`,
    `${count(rebalances, 'rebalance')}/min`,
    `${open} open`,
  ]
  const clock = `${shortTime(now, now)} ${zoneText(now).split(', ').at(-1) ?? ''}`
  const left = `koff top  ${facts.join(' · ')}`
  const gap = Math.max(1, columns - visibleColumns(left) - clock.length)
  const judged =
    judgedSince === null ? '' : `no state of koff run: conditions as seen since ${shortTime(judgedSince, now)}`
  return [`${ink('bold', left)}${' '.repeat(gap)}${clock}`, ink('dim', judged)]
}

function listLines(model: TopModel, state: TopState, { columns, rows, ink }: TopSize): string[] {
  const shown = shownRows(model, state)
  if (shown.length === 0)
    return [state.filter === '' ? 'no groups' : `no group has ${terminalText(state.filter)} in its name`]
  const marked = markedAt(shown, state)
  // Rows that wrap take more lines than one; those around the mark are kept.
  const fit = Math.max(1, rows - 1)
  const from = Math.max(0, Math.min(marked - Math.floor(fit / 2), shown.length - fit))
  const window = shown.slice(from, from + fit)
  const [head = '', ...lines] = groupTable(window, { ink, width: columns - 2 }, model.now)
    .trimEnd()
    .split('\n')
  let at = from - 1
  const marks = lines.map(line => {
    // What goes on in further lines is indented.
    if (!/^\s/.test(plain(line))) at++
    return at === marked && !/^\s/.test(plain(line)) ? ink('inverse', `> ${line}`) : `  ${line}`
  })
  const first = marks.findIndex(line => plain(line).startsWith('> '))
  const start = Math.max(0, first - fit + 1)
  return [`  ${head}`, ...marks.slice(start, start + fit)]
}

function groupLines(model: TopModel, group: string, { columns, rows, ink }: TopSize): string[] {
  const view = model.viewOf(group)
  if (view === undefined) return [`${terminalText(group)}: the group is gone`]
  const shown = { format: 'human', ink, width: columns } as const
  const open = model.conditionsOf(group)
  const head = [
    ...groupHead({ view, at: null }, shown, model.now).trimEnd().split('\n'),
    ...wrapText(`open: ${conditionsText(open) || 'nothing'}`, { width: columns, indent: 2 }),
  ]
  const line = lineFormatter({ ink, width: () => columns })
  const events = model.eventsOf(group).map(event => line(event).trimEnd().split('\n'))
  const left = rows - head.length - 2
  const partitions = partitionTable(view, shown, { sort: 'lag' }).trimEnd().split('\n')
  // Half of the room each, and what the other leaves.
  const shownEvents = newestThatFit(events, Math.max(4, Math.floor(left / 2), left - partitions.length))
  const forPartitions = Math.max(2, left - Math.max(shownEvents.length, 1))
  const cutPartitions =
    partitions.length <= forPartitions
      ? partitions
      : [...partitions.slice(0, forPartitions - 1), `… ${partitions.length - forPartitions + 1} more partitions`]
  return [
    ...head,
    ...cutPartitions,
    ink('bold', 'EVENTS as they come'),
    ...(shownEvents.length === 0 ? ['none yet'] : shownEvents),
  ]
}

/** The newest events whole; where not even one fits, its first lines. */
function newestThatFit(events: readonly (readonly string[])[], rows: number): readonly string[] {
  let shown: readonly string[] = []
  for (const lines of events.toReversed()) {
    if (shown.length + lines.length > rows) return shown.length === 0 ? lines.slice(0, rows) : shown
    shown = [...lines, ...shown]
  }
  return shown
}

const helpLines = [
  'up, down, j, k    move the mark; PgUp, PgDn by ten',
  'enter             open the marked group: its partitions, owners and new events',
  'esc, backspace    back to the groups; in the list: no filter',
  '/                 only groups with this text in their name; enter ends typing',
  's                 sort by lag, what hurts, last rebalance, name, members',
  '?                 this help; any key goes back',
  'q, Ctrl-C         end',
  '',
  'LAG is the sum over partitions; CONDITIONS is what koff run found open.',
]

function footLine({ mode, filter, isTyping, sort }: TopState, { columns, ink }: TopSize): string {
  const shown = terminalText(filter)
  const text = isTyping
    ? `/${shown}_   enter: done  esc: no filter`
    : mode === 'groups'
      ? `enter open  / filter${filter === '' ? '' : ` (${shown})`}  s sort (${sort})  ? help  q end`
      : mode === 'group'
        ? 'esc back  ? help  q end'
        : 'any key: back'
  return ink('inverse', inColumns(text, columns))
}

function filled(lines: readonly string[], rows: number): string[] {
  return Array.from({ length: rows }, (_, at) => lines[at] ?? '')
}

function plain(text: string): string {
  return stripVTControlCharacters(text)
}

/** Without its colours, since one could stay open. */
function cut(line: string, columns: number): string {
  return inColumns(plain(line), columns)
}
