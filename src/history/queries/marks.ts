import type { EventType } from '../../events/definitions.ts'
import type { HistoryReader, Row, SqlValue } from '../store.ts'
import { mostMarks } from './timeline.ts'

export interface MarksQuestion {
  readonly cluster: string
  readonly group: string
  /** In ms. */
  readonly from: number
  readonly to: number
  readonly limit?: number | undefined
}

export interface RebalanceMark {
  readonly id: string
  readonly time: number
  readonly durationMs: number | null
  readonly startedAt: number | null
  readonly epochBefore: number | null
  readonly epochAfter: number | null
  readonly moved: number | null
  /** How many came and went since the rebalance before. */
  readonly joined: number
  readonly left: number
}

export interface FlagMark {
  readonly id: string
  readonly type: EventType
  readonly time: number
  readonly topic: string | null
  readonly partition: number | null
  readonly from: number | string | null
  readonly to: number | string | null
}

export interface Marks {
  readonly rebalances: readonly RebalanceMark[]
  readonly flags: readonly FlagMark[]
  /** What came before this time is left out, since there is too much; null: all is there. */
  readonly before: number | null
}

const came = ['member-joined', 'member-replaced'] as const
const went = ['member-left', 'member-suspended', 'member-replaced'] as const
const flags = [
  'group-created',
  'group-migrated',
  'group-revived',
  'group-emptied',
  'group-deleted',
  'offset-rewound',
  'offset-reset',
  'topic-recreated',
] as const
const marked: readonly EventType[] = ['rebalance-started', 'rebalance', ...new Set([...came, ...went]), ...flags]

/** Rebalances of a group, and what happened at one moment, within a time, by time; without the bodies of the events. */
export async function groupMarks(reader: HistoryReader, question: MarksQuestion): Promise<Marks> {
  const { cluster, group, from, to, limit = mostMarks } = question
  const field = (name: string) => `data ->> '${name}' AS "${name}"`
  const rows = await reader.all(
    `SELECT id, type, time, topic, "partition", ${fields.map(field).join(', ')} FROM events
      WHERE "group" = ? AND time >= ? AND time <= ? AND (cluster || '') = ?
        AND type IN (${marked.map(type => `'${type}'`).join(', ')}) AND (rest IS NULL OR rest ->> 'part' IS NULL)
      ORDER BY time DESC, sequence DESC LIMIT ?`,
    [group, from, to, cluster, limit + 1],
  )
  const oldest = rows.length > limit ? rows[limit - 1] : undefined
  return { ...folded(rows.slice(0, limit).reverse()), before: oldest === undefined ? null : Number(oldest['time']) }
}

const fields = ['durationMs', 'epochBefore', 'epochAfter', 'moved', 'from', 'to'] as const

function folded(rows: readonly Row[]): Omit<Marks, 'before'> {
  const rebalances: RebalanceMark[] = []
  const found: FlagMark[] = []
  let startedAt: number | null = null
  let [joined, left] = [0, 0]
  for (const row of rows) {
    const type = String(row['type']) as EventType
    const [id, time] = [String(row['id']), Number(row['time'])]
    if (came.some(one => one === type)) joined++
    if (went.some(one => one === type)) left++
    if (type === 'rebalance-started') startedAt ??= time
    if (type === 'rebalance') {
      const durationMs = numberIn(row['durationMs'])
      rebalances.push({
        id,
        time,
        durationMs,
        startedAt: durationMs === null ? startedAt : time - durationMs,
        epochBefore: numberIn(row['epochBefore']),
        epochAfter: numberIn(row['epochAfter']),
        moved: numberIn(row['moved']),
        joined,
        left,
      })
      startedAt = null
      joined = left = 0
    }
    if (!flags.some(one => one === type)) continue
    const topic = row['topic'] === null || row['topic'] === undefined ? null : String(row['topic'])
    // A migration has kinds of groups there.
    const isOffset = type === 'offset-reset' || type === 'offset-rewound'
    found.push({
      id,
      type,
      time,
      topic,
      partition: numberIn(row['partition']),
      from: isOffset ? int64In(row['from']) : null,
      to: isOffset ? int64In(row['to']) : null,
    })
  }
  return { rebalances, flags: found }
}

function numberIn(value: SqlValue | undefined): number | null {
  return value === null || value === undefined ? null : Number(value)
}

/** As JSON has it: a number while it is exact. */
function int64In(value: SqlValue | undefined): number | string | null {
  if (value === null || value === undefined) return null
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}
