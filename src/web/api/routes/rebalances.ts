import { z } from 'zod'
import { clusterOf } from '../../../history/queries/cluster.ts'
import { rebalancesPage } from '../../../history/queries/rebalances.ts'
import type { RebalancesAnswer } from '../answers.ts'
import { covered, knownGroup } from '../covered.ts'
import { cluster, cursor, from, group, limit, span, to } from '../parameters.ts'
import { defineRoute } from '../route.ts'
import { coverage, next, rebalance } from '../schemas.ts'

const query = z.object({ cluster, group, from, to, limit: limit(100), cursor })

const answer: z.ZodType<RebalancesAnswer> = z.strictObject({
  cluster: z.string(),
  group: z.string(),
  rebalances: z.array(rebalance),
  next,
  coverage,
})

export const rebalances = defineRoute({
  paths: ['/api/rebalances', '/api/groups/{group}/rebalances'],
  summary: 'Rebalances of a group, the newest first: how long, who gained and lost what, who came and went.',
  query,
  answer,
  async handle(
    { reader, now },
    { cluster: given, group: name, from: begin, to: end = now, limit: most, cursor: place },
  ) {
    const chosen = await clusterOf(reader, given)
    const partition = await knownGroup(reader, chosen, name)
    if (begin !== undefined) span({ from: begin, to: end })
    const known = await covered(reader, { cluster: chosen, knows: ['events'], from: begin, to: end, partition })
    const question = { cluster: chosen, group: name, from: begin, to: end, limit: most, cursor: place }
    const page = await rebalancesPage(reader, question)
    return { cluster: chosen, group: name, ...page, coverage: known }
  },
})
