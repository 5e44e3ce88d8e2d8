import type { ConditionAnswer, Flag, TimelineRebalance } from '../../web/api/answers.ts'
import { type Cluster, clustered, counted, stacked } from '../lanes/marks.ts'
import type { Viewport } from '../lanes/viewport.ts'
import { typeText } from '../parts/words.ts'

/** Something at a time, or over a time, that an event tells about. */
export interface Mark {
  readonly id: string
  readonly type: string
  readonly severity: string
  readonly from: number
  readonly to: number
  readonly text: string
}

export interface MarkRow {
  readonly kind: 'conditions' | 'flags' | 'rebalances'
  /** In the gutter; '' in all but the first row of its kind. */
  readonly name: string
  readonly marks: readonly Mark[]
}

export interface MarkSources {
  readonly conditions: readonly ConditionAnswer[]
  readonly flags: readonly Flag[]
  readonly rebalances: readonly TimelineRebalance[]
  /** The end of what still goes on. */
  readonly until: number
}

const mostConditionRows = 5

export function markRows({ conditions, flags, rebalances, until }: MarkSources): readonly MarkRow[] {
  const bars = conditions.map(condition => ({
    id: condition.id,
    type: condition.type,
    severity: condition.severity,
    from: condition.from,
    to: Math.max(condition.from, condition.to ?? until),
    text: `${typeText(condition.type)}${placeText(condition)}`,
  }))
  const rows: MarkRow[] = stacked(bars, mostConditionRows).map((marks, at) => ({
    kind: 'conditions',
    name: at === 0 ? 'Conditions' : '',
    marks,
  }))
  if (flags.length > 0) rows.push({ kind: 'flags', name: 'Events', marks: flags.map(flagMark).sort(byTime) })
  if (rebalances.length > 0) {
    rows.push({ kind: 'rebalances', name: 'Rebalances', marks: rebalances.map(rebalanceMark).sort(byTime) })
  }
  return rows
}

const warned = new Set(['offset-reset', 'offset-rewound', 'group-emptied', 'group-deleted'])

function flagMark(flag: Flag): Mark {
  const move = flag.from === null || flag.to === null ? '' : ` ${flag.from} → ${flag.to}`
  return {
    id: flag.id,
    type: flag.type,
    severity: flag.type === 'topic-recreated' ? 'error' : warned.has(flag.type) ? 'warn' : 'info',
    from: flag.time,
    to: flag.time,
    text: `${typeText(flag.type)}${placeText(flag)}${move}`,
  }
}

function rebalanceMark({ id, time, startedAt, durationMs, epochAfter, moved }: TimelineRebalance): Mark {
  const epoch = epochAfter === null ? '' : ` to epoch ${epochAfter}`
  const moves = moved === null ? '' : `, ${moved} moved`
  return {
    id,
    type: 'rebalance',
    severity: 'info',
    from: startedAt ?? (durationMs === null ? time : time - durationMs),
    to: time,
    text: `Rebalance${epoch}${moves}`,
  }
}

function placeText({ topic, partition }: { readonly topic: string | null; readonly partition: number | null }): string {
  return topic === null ? '' : ` of ${topic}${partition === null ? '' : `-${partition}`}`
}

function byTime(a: Mark, b: Mark): number {
  return a.from - b.from
}

export const markRowHeight = 18

/** Pixels that a mark takes at least. */
const least = { conditions: 4, flags: 10, rebalances: 3 } as const

/** With a rebalance in fewer pixels than these, how many there were says more than how long each took. */
const dense = 8

/** The marks of a row in their places; those that share a place are one. */
export function placedMarks(row: MarkRow, view: Viewport, width: number): readonly Cluster<Mark>[] {
  if (row.kind === 'rebalances' && row.marks.length > width / dense) {
    const seen = row.marks.reduce((sum, { to }) => sum + (to >= view.from && to <= view.to ? 1 : 0), 0)
    if (seen > width / dense) return counted(row.marks, view, { width, size: 4 })
  }
  return clustered(row.marks, view, { width, least: least[row.kind] })
}

/** What is at a place in the panel; pixels of the plot. */
export function marksAt(
  rows: readonly MarkRow[],
  view: Viewport,
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
): Cluster<Mark> | null {
  const row = rows[Math.floor(y / markRowHeight)]
  if (row === undefined) return null
  let best: Cluster<Mark> | null = null
  let distance = 6
  for (const cluster of placedMarks(row, view, width)) {
    const away = x < cluster.x0 ? cluster.x0 - x : x > cluster.x1 ? x - cluster.x1 : 0
    if (away < distance) [best, distance] = [cluster, away]
  }
  return best
}
