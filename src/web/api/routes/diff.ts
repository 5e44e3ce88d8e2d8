import { z } from 'zod'
import { clusterOf } from '../../../history/queries/cluster.ts'
import { groupDiff } from '../../../history/queries/diff.ts'
import { groupsAt } from '../../../history/queries/groupsAt.ts'
import type { GroupDiffAnswer } from '../answers.ts'
import { covered, knownGroup } from '../covered.ts'
import { cluster, group, span, time } from '../parameters.ts'
import { defineRoute } from '../route.ts'
import { coverage, diff as differences, ms } from '../schemas.ts'

const query = z.object({
  cluster,
  group,
  from: time('The first time:'),
  to: time('The second time; now unless given:').optional(),
})

const answer: z.ZodType<GroupDiffAnswer> = z.strictObject({
  cluster: z.string(),
  from: ms,
  to: ms,
  diff: differences,
  coverage,
})

export const diff = defineRoute({
  paths: ['/api/diff', '/api/groups/{group}/diff'],
  summary: 'What of a group is other at the second of two times.',
  query,
  answer,
  async handle({ reader, now }, { cluster: given, group: name, from: begin, to: end = now }) {
    const chosen = await clusterOf(reader, given)
    const partition = await knownGroup(reader, chosen, name)
    const times = span({ from: begin, to: end })
    // Each of the two times counts, not what is between.
    const knows = ['owners', 'offsets'] as const
    const known = await Promise.all(
      [begin, end].map(at => covered(reader, { cluster: chosen, knows: [...knows], from: at, to: at, partition })),
    )
    const [before, after] = await Promise.all(
      [begin, end].map(async at => (await groupsAt(reader, { cluster: chosen, group: name, at })).groups[0] ?? null),
    )
    const notKnown = known.flatMap(one => one.notKnown)
    return {
      cluster: chosen,
      ...times,
      diff: groupDiff(name, before ?? null, after ?? null),
      coverage: { complete: notKnown.length === 0, notKnown },
    }
  },
})
