import { z } from 'zod'
import { clusterOf } from '../../../history/queries/cluster.ts'
import { groupsAt } from '../../../history/queries/groupsAt.ts'
import type { OffsetsAnswer } from '../answers.ts'
import { covered, knownGroup } from '../covered.ts'
import { at, cluster, group, topic } from '../parameters.ts'
import { defineRoute } from '../route.ts'
import { coverage, int64, ms } from '../schemas.ts'

const query = z.object({ cluster, group, topic: topic.describe('Only of this topic.'), at })

const nullable = int64.nullable()

const answer: z.ZodType<OffsetsAnswer> = z.strictObject({
  cluster: z.string(),
  group: z.string(),
  at: ms,
  offsets: z.array(
    z.strictObject({
      topic: z.string(),
      partition: z.int(),
      offset: nullable,
      logEnd: nullable,
      lag: nullable,
      lagMs: z.number().nullable(),
    }),
  ),
  coverage,
})

export const offsets = defineRoute({
  paths: ['/api/offsets', '/api/groups/{group}/offsets'],
  summary: 'Committed offsets of a group as they stand, or stood at a time, with log end and lag.',
  query,
  answer,
  async handle({ reader, now }, { cluster: given, group: name, topic: of, at: time = now }) {
    const chosen = await clusterOf(reader, given)
    const partition = await knownGroup(reader, chosen, name)
    const known = await covered(reader, { cluster: chosen, knows: ['offsets'], from: time, to: time, partition })
    const [found] = (await groupsAt(reader, { cluster: chosen, group: name, at: time })).groups
    const points = (found?.points ?? []).filter(point => of === undefined || point.topic === of)
    return { cluster: chosen, group: name, at: time, offsets: points, coverage: known }
  },
})
