import { z } from 'zod'
import { clusterOf } from '../../../history/queries/cluster.ts'
import { conditionsPage } from '../../../history/queries/conditions.ts'
import { groupsAt } from '../../../history/queries/groupsAt.ts'
import { groupMarks } from '../../../history/queries/marks.ts'
import { type Lane, memberLives, mostMarks, OwnerList, ownerLanes } from '../../../history/queries/timeline.ts'
import type { HistoryReader } from '../../../history/store.ts'
import { compareText } from '../../../state/group/group.ts'
import type { TimelineAnswer } from '../answers.ts'
import { beginningOf, covered, knownGroup } from '../covered.ts'
import { cluster, cursor, from, group, limit, span, to } from '../parameters.ts'
import { defineRoute } from '../route.ts'
import { condition, coverage, ms, next, owner } from '../schemas.ts'

const query = z.object({
  cluster,
  group,
  from: from.describe('From then on; from the first event of the group unless given.'),
  to,
  limit: limit(1_000),
  cursor,
})

const count = z.int().min(0)
const offset = z.union([z.int(), z.string()]).nullable()

const answer: z.ZodType<TimelineAnswer> = z.strictObject({
  cluster: z.string(),
  group: z.string(),
  from: ms,
  to: ms,
  lanes: z.array(
    z.strictObject({
      topic: z.string(),
      partition: count,
      intervals: z.array(z.tuple([ms, ms.nullable(), count])).describe('[from, to, index of the owner].'),
    }),
  ),
  owners: z.array(owner),
  members: z.array(z.strictObject({ owner: count, from: ms, to: ms.nullable() })),
  rebalances: z.array(
    z.strictObject({
      id: z.string(),
      time: ms,
      durationMs: z.number().nullable(),
      startedAt: ms.nullable(),
      epochBefore: z.int().nullable(),
      epochAfter: z.int().nullable(),
      moved: count.nullable(),
      joined: count,
      left: count,
    }),
  ),
  conditions: z.array(condition),
  flags: z.array(
    z.strictObject({
      id: z.string(),
      type: z.string(),
      time: ms,
      topic: z.string().nullable(),
      partition: z.int().nullable(),
      from: offset,
      to: offset,
    }),
  ),
  truncated: z
    .strictObject({
      marksBefore: z.exactOptional(ms),
      conditionsBefore: z.exactOptional(ms),
      membersBefore: z.exactOptional(ms),
    })
    .nullable(),
  next,
  coverage,
})

export const timeline = defineRoute({
  paths: ['/api/timeline', '/api/groups/{group}/timeline'],
  summary: 'A group over time: owners of each partition as intervals, members, rebalances, conditions, resets.',
  query,
  answer,
  async handle({ reader, now }, asked) {
    const chosen = await clusterOf(reader, asked.cluster)
    const partition = await knownGroup(reader, chosen, asked.group)
    const { to: end = now } = asked
    const begin = asked.from ?? (await beginningOf(reader, { cluster: chosen, group: asked.group, partition }, end))
    const question = { cluster: chosen, group: asked.group, ...span({ from: begin, to: end }) }
    const known = await covered(reader, { ...question, knows: ['owners', 'events'], partition })
    const list = new OwnerList()
    const page = await ownerLanes(reader, { ...question, cursor: asked.cursor, limit: asked.limit }, list)
    const isLast = page.next === null
    const lanes = isLast ? await withoutOwners(reader, question, page.lanes, asked.cursor === undefined) : page.lanes
    const rest = asked.cursor === undefined ? await firstPage(reader, question, list) : emptyPage
    return { ...question, lanes, owners: list.owners, ...rest, next: page.next, coverage: known }
  },
})

type Question = Pick<TimelineAnswer, 'cluster' | 'group' | 'from' | 'to'>

const emptyPage = { members: [], rebalances: [], conditions: [], flags: [], truncated: null } as const

/** What comes with the first page of lanes. */
async function firstPage(reader: HistoryReader, question: Question, list: OwnerList) {
  const members = await memberLives(reader, question, list)
  const { rebalances, flags, before: marksBefore } = await groupMarks(reader, question)
  const conditions = await conditionsPage(reader, question)
  const oldest = conditions.next === null ? undefined : conditions.conditions.at(-1)
  const first = members.length < mostMarks ? undefined : members[0]
  const truncated = {
    ...(marksBefore === null ? {} : { marksBefore }),
    ...(oldest === undefined ? {} : { conditionsBefore: oldest.from }),
    ...(first === undefined ? {} : { membersBefore: first.from }),
  }
  return {
    members,
    rebalances,
    flags,
    conditions: conditions.conditions,
    truncated: Object.keys(truncated).length === 0 ? null : truncated,
  }
}

/** With a lane for each partition that has an offset and had no owner; only where all lanes are on one page. */
async function withoutOwners(
  reader: HistoryReader,
  { cluster: of, group: name, to: end }: Question,
  lanes: readonly Lane[],
  isWhole: boolean,
): Promise<readonly Lane[]> {
  if (!isWhole) return lanes
  const [found] = (await groupsAt(reader, { cluster: of, group: name, at: end })).groups
  const owned = new Set(lanes.map(({ topic, partition }) => `${partition} ${topic}`))
  const others = (found?.points ?? []).filter(({ topic, partition }) => !owned.has(`${partition} ${topic}`))
  const empty = others.map(({ topic, partition }): Lane => ({ topic, partition, intervals: [] }))
  const all = [...lanes, ...empty.slice(0, 1_000 - lanes.length)]
  return all.sort((a, b) => compareText(a.topic, b.topic) || a.partition - b.partition)
}
