import { z } from 'zod'
import { openingTypes } from '../../../events/definitions.ts'
import { groupTypes } from '../../../events/envelope.ts'
import { clusterOf } from '../../../history/queries/cluster.ts'
import { cursorPlace, cursorText } from '../../../history/queries/cursor.ts'
import type { GroupRow, GroupsAnswer } from '../answers.ts'
import { covered } from '../covered.ts'
import { at, cluster, cursor, kind, limit, topic } from '../parameters.ts'
import { defineRoute } from '../route.ts'
import { coverage, int64, ms, next } from '../schemas.ts'

const columns = {
  group: row => row.group,
  kind: row => row.kind,
  state: row => row.state,
  members: row => row.members,
  partitions: row => row.partitions,
  lag: row => (row.lag === null ? null : Number(row.lag)),
  lagMs: row => row.lagMs,
  lastRebalance: row => row.lastRebalance,
  rebalancesLastHour: row => row.rebalancesLastHour,
  conditions: row => row.conditions.length,
} as const satisfies Record<string, (row: GroupRow) => string | number | null>

type ColumnName = keyof typeof columns
const columnNames = Object.keys(columns) as [ColumnName, ...ColumnName[]]

const query = z.object({
  cluster,
  q: z.string().optional().describe('Only groups whose id has this text, in any case.'),
  kind,
  state: z.string().optional().describe('Only groups in this state, `Stable` for example.'),
  condition: z
    .enum(['any', ...openingTypes])
    .optional()
    .describe('Only groups with such an open condition; `any` for one of any type.'),
  topic: topic.describe('Only groups with a committed offset of this topic.'),
  sort: z.enum(columnNames).default('group').describe('The column to sort by; then by group.'),
  order: z.enum(['asc', 'desc']).default('asc').describe('What is not known comes last in either order.'),
  limit: limit(1_000),
  cursor,
  at,
})

const condition = z.strictObject({
  id: z.string(),
  type: z.string(),
  severity: z.string(),
  since: ms,
  topic: z.string().nullable(),
  partition: z.int().nullable(),
})

const answer: z.ZodType<GroupsAnswer> = z.strictObject({
  cluster: z.string(),
  at: ms,
  total: z.int(),
  groups: z.array(
    z.strictObject({
      group: z.string(),
      kind: z.enum(groupTypes),
      state: z.string(),
      members: z.int(),
      partitions: z.int(),
      topics: z.array(z.string()),
      lag: int64.nullable(),
      lagMs: z.number().nullable(),
      lastRebalance: ms.nullable(),
      rebalancesLastHour: z.int(),
      conditions: z.array(condition),
    }),
  ),
  next,
  coverage,
})

export const groups = defineRoute({
  paths: ['/api/groups'],
  summary: 'Groups as they stand, or stood at a time: search, filter, sort, page by page.',
  query,
  answer,
  async handle({ reader, now, fleet }, asked) {
    const chosen = await clusterOf(reader, asked.cluster)
    const time = asked.at ?? now
    const known = await covered(reader, { cluster: chosen, knows: ['owners', 'offsets'], from: time, to: time })
    const found = (await fleet.rows(reader, { cluster: chosen, at: asked.at, now })).filter(fits(asked))
    const order = compare(asked.sort, asked.order)
    const sorted = [...found].sort(order)
    const name = `groups ${asked.sort} ${asked.order}`
    const first =
      asked.cursor === undefined ? 0 : startOf(sorted, cursorPlace(asked.cursor, name, ['any', 'string']), order)
    const page = sorted.slice(first, first + asked.limit)
    const last = first + page.length < sorted.length ? page.at(-1) : undefined
    return {
      cluster: chosen,
      at: time,
      total: found.length,
      groups: page,
      next: last === undefined ? null : cursorText(name, [columns[asked.sort](last), last.group]),
      coverage: known,
    }
  },
})

function fits({ q, kind: of, state, condition: open, topic: name }: z.output<typeof query>) {
  const text = q?.toLowerCase()
  return (row: GroupRow): boolean =>
    (text === undefined || row.group.toLowerCase().includes(text)) &&
    (of === undefined || row.kind === of) &&
    (state === undefined || row.state === state) &&
    (open === undefined || row.conditions.some(({ type }) => open === 'any' || type === open)) &&
    (name === undefined || row.topics.includes(name))
}

type Place = Readonly<Record<'value', string | number | null>> & { readonly group: string }

function compare(sort: ColumnName, order: 'asc' | 'desc') {
  const sign = order === 'asc' ? 1 : -1
  const between = (a: Place, b: Place): number => {
    if (a.value === null || b.value === null) {
      if (a.value !== b.value) return a.value === null ? 1 : -1
    } else if (a.value !== b.value) return a.value < b.value ? -sign : sign
    if (a.group === b.group) return 0
    const byName = a.group < b.group ? -1 : 1
    return sort === 'group' ? sign * byName : byName
  }
  const placeOf = (row: GroupRow): Place => ({ value: columns[sort](row), group: row.group })
  return Object.assign((a: GroupRow, b: GroupRow) => between(placeOf(a), placeOf(b)), { between, placeOf })
}

/** Where the rows behind a place begin. */
function startOf(
  sorted: readonly GroupRow[],
  [value, group]: readonly unknown[],
  { between, placeOf }: ReturnType<typeof compare>,
): number {
  const place = { value: value as Place['value'], group: String(group) }
  const at = sorted.findIndex(row => between(placeOf(row), place) > 0)
  return at < 0 ? sorted.length : at
}
