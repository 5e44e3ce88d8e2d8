import { z } from 'zod'
import { KoffError } from '../../../base/errors.ts'
import { clusterOf } from '../../../history/queries/cluster.ts'
import { ownersPage } from '../../../history/queries/owners.ts'
import type { OwnersAnswer } from '../answers.ts'
import { covered, knownGroup } from '../covered.ts'
import { at, cluster, cursor, from, limit, partition, span, to, topic } from '../parameters.ts'
import { defineRoute } from '../route.ts'
import { coverage, ms, next, owner } from '../schemas.ts'

const query = z.object({
  cluster,
  topic,
  partition,
  group: z.string().optional().describe('Only owners in this group; without a topic, all that it owns.'),
  at: at.describe('At one moment; instead of from and to.'),
  from,
  to,
  limit: limit(1_000),
  cursor,
})

const answer: z.ZodType<OwnersAnswer> = z.strictObject({
  cluster: z.string(),
  owners: z.array(
    z.strictObject({
      topic: z.string(),
      partition: z.int(),
      group: z.string(),
      ...owner.shape,
      from: ms,
      to: ms.nullable(),
    }),
  ),
  next,
  coverage,
})

export const owners = defineRoute({
  paths: ['/api/owners'],
  summary: 'Who owned a partition, at a time or from when to when, in any group.',
  query,
  answer,
  async handle({ reader, now }, asked) {
    const chosen = await clusterOf(reader, asked.cluster)
    const { topic: name, partition: of, group, at: moment, limit: most, cursor: place } = asked
    if (name === undefined && group === undefined) throw new KoffError('USAGE', 'name a topic, or a group, or both')
    if (of !== undefined && name === undefined) throw new KoffError('USAGE', 'partition: is of a topic; name it')
    if (moment !== undefined && (asked.from ?? asked.to) !== undefined)
      throw new KoffError('USAGE', 'at: is one moment; leave out from and to')
    const end = moment ?? asked.to ?? now
    const times = span({ from: moment ?? asked.from ?? end, to: end })
    const source = group === undefined ? undefined : await knownGroup(reader, chosen, group)
    const known = await covered(reader, { cluster: chosen, knows: ['owners'], ...times, partition: source })
    const question = { cluster: chosen, topic: name, partition: of, group, ...times }
    const page = await ownersPage(reader, { ...question, limit: most, cursor: place })
    return { cluster: chosen, ...page, coverage: known }
  },
})
