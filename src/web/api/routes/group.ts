import { z } from 'zod'
import { clusterOf } from '../../../history/queries/cluster.ts'
import { conditionsOf } from '../../../history/queries/conditions.ts'
import { type GroupAt, groupsAt } from '../../../history/queries/groupsAt.ts'
import { rebalancesOf } from '../../../history/queries/rebalances.ts'
import type { GroupAnswer } from '../answers.ts'
import { covered, knownGroup } from '../covered.ts'
import { at, cluster, group as groupId } from '../parameters.ts'
import { defineRoute } from '../route.ts'
import { condition, coverage, groupState, ms, rebalance } from '../schemas.ts'

const query = z.object({ cluster, group: groupId, at })

const answer: z.ZodType<GroupAnswer> = z.strictObject({
  cluster: z.string(),
  at: ms,
  group: groupState.nullable(),
  rebalances: z.array(rebalance),
  conditions: z.array(condition),
  coverage,
})

const mostRebalances = 5

export const group = defineRoute({
  paths: ['/api/group', '/api/groups/{group}'],
  summary: 'A group as it stands, or stood at a time: members, owners, offsets, lag.',
  query,
  answer,
  async handle({ reader, now }, { cluster: given, group: name, at: time = now }) {
    const chosen = await clusterOf(reader, given)
    const partition = await knownGroup(reader, chosen, name)
    const question = { cluster: chosen, group: name }
    const knows = ['owners', 'offsets'] as const
    const known = await covered(reader, { cluster: chosen, knows: [...knows], from: time, to: time, partition })
    const [found] = (await groupsAt(reader, { ...question, at: time })).groups
    return {
      cluster: chosen,
      at: time,
      group: found === undefined ? null : viewOf(found),
      rebalances: await rebalancesOf(reader, { ...question, to: time, limit: mostRebalances }),
      conditions: await conditionsOf(reader, { ...question, from: time, to: time }),
      coverage: known,
    }
  },
})

/** As `koff groups` prints it. */
export function viewOf({
  points: _points,
  sourcePartition: _partition,
  ...view
}: GroupAt): Omit<GroupAt, 'points' | 'sourcePartition'> {
  return view
}
