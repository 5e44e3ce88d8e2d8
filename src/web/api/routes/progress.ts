import { z } from 'zod'
import { clusterOf } from '../../../history/queries/cluster.ts'
import { sampledProgress } from '../../../history/queries/sampledProgress.ts'
import type { ProgressAnswer } from '../answers.ts'
import { beginningOf, covered, knownGroup } from '../covered.ts'
import { cluster, from, group, partition, span, to, topic, whole, yes } from '../parameters.ts'
import { defineRoute } from '../route.ts'
import { coverage, int64, ms } from '../schemas.ts'

const query = z.object({
  cluster,
  group,
  topic: topic.describe('Only of this topic.'),
  partition,
  from: from.describe('From then on; from the first event of the group unless given.'),
  to,
  points: whole(2, 5_000)
    .optional()
    .transform(value => value ?? 500)
    .describe('Points of a series, about; 500 unless given.'),
  series: yes.optional().describe('`false`: only the total.'),
})

const nullable = int64.nullable()

const answer: z.ZodType<ProgressAnswer> = z.strictObject({
  cluster: z.string(),
  group: z.string(),
  from: ms,
  to: ms,
  series: z.array(
    z.strictObject({
      topic: z.string(),
      partition: z.int(),
      points: z
        .array(z.tuple([ms, nullable, nullable, nullable, z.number().nullable()]))
        .describe('[time, offset, logEnd, lag, lagMs]'),
    }),
  ),
  total: z.array(z.tuple([ms, z.number().nullable(), z.number().nullable()])).describe('[time, lag, lagMs]'),
  coverage,
})

export const progress = defineRoute({
  paths: ['/api/progress', '/api/groups/{group}/progress'],
  summary: 'How offsets, log ends and lag went, with as few points as asked for; peaks stay.',
  query,
  answer,
  async handle({ reader, now }, asked) {
    const chosen = await clusterOf(reader, asked.cluster)
    const source = await knownGroup(reader, chosen, asked.group)
    const { to: end = now, topic: name, partition: of, points, series: hasSeries } = asked
    const begin =
      asked.from ?? (await beginningOf(reader, { cluster: chosen, group: asked.group, partition: source }, end))
    const question = { cluster: chosen, group: asked.group, ...span({ from: begin, to: end }) }
    const known = await covered(reader, { ...question, knows: ['offsets', 'lag'], partition: source })
    const found = await sampledProgress(reader, { ...question, topic: name, partition: of, points, hasSeries })
    return {
      ...question,
      series: found.series.map(one => ({
        topic: one.topic,
        partition: one.partition,
        points: one.points.map(({ time, offset, logEnd, lag, lagMs }) => [time, offset, logEnd, lag, lagMs] as const),
      })),
      total: found.total.map(({ time, lag, lagMs }) => [time, lag, lagMs] as const),
      coverage: known,
    }
  },
})
