import { z } from 'zod'
import { KoffError } from '../../../base/errors.ts'
import { clusterOf } from '../../../history/queries/cluster.ts'
import { rebalanceHeatMap } from '../../../history/queries/heatMap.ts'
import type { HeatmapAnswer } from '../answers.ts'
import { covered } from '../covered.ts'
import { cluster, from, limit, span, to, whole } from '../parameters.ts'
import { defineRoute } from '../route.ts'
import { coverage, ms } from '../schemas.ts'

const hourMs = 3_600_000
const mostBuckets = 1_000

const query = z.object({
  cluster,
  from: from.describe('From then on; a day before `to` unless given.'),
  to,
  bucket: whole(1_000, 31 * 24 * hourMs)
    .optional()
    .transform(value => value ?? hourMs)
    .describe('The length of a bucket, ms; an hour unless given.'),
  limit: limit(100),
})

const answer: z.ZodType<HeatmapAnswer> = z.strictObject({
  cluster: z.string(),
  from: ms,
  to: ms,
  bucket: z.int(),
  groups: z.array(z.strictObject({ group: z.string(), counts: z.array(z.int().min(0)) })),
  coverage,
})

export const heatmap = defineRoute({
  paths: ['/api/rebalances/heatmap'],
  summary: 'How often each group rebalanced, by bucket of time; the group with the most rebalances first.',
  query,
  answer,
  async handle({ reader, now }, { cluster: given, from: start, to: end = now, bucket, limit: most }) {
    const chosen = await clusterOf(reader, given)
    const times = span({ from: start ?? end - 24 * hourMs, to: end })
    if ((times.to - times.from) / bucket > mostBuckets)
      throw new KoffError('USAGE', `bucket: more than ${mostBuckets} buckets; ask for longer ones, or a shorter time`)
    const known = await covered(reader, { cluster: chosen, knows: ['events'], ...times })
    const groups = await rebalanceHeatMap(reader, { cluster: chosen, ...times, bucketMs: bucket, limit: most })
    return { cluster: chosen, ...times, bucket, groups, coverage: known }
  },
})
