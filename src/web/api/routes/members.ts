import { z } from 'zod'
import { clusterOf } from '../../../history/queries/cluster.ts'
import { membersOf } from '../../../history/queries/members.ts'
import type { MembersAnswer } from '../answers.ts'
import { beginningOf, covered, knownGroup } from '../covered.ts'
import { cluster, from, group, span, to } from '../parameters.ts'
import { defineRoute } from '../route.ts'
import { coverage, ms } from '../schemas.ts'

const query = z.object({ cluster, group, from, to })

const count = z.int().min(0)

const answer: z.ZodType<MembersAnswer> = z.strictObject({
  cluster: z.string(),
  group: z.string(),
  members: z.array(
    z.strictObject({
      instanceId: z.string().nullable(),
      clientId: z.string(),
      host: z.string(),
      joined: count,
      left: count,
      present: count,
      firstJoined: ms.nullable(),
      lastLeft: ms.nullable(),
      meanStayMs: z.number().nullable(),
    }),
  ),
  coverage,
})

export const members = defineRoute({
  paths: ['/api/members', '/api/groups/{group}/members'],
  summary: 'How often each client of a group came and went, the one that did so most first.',
  query,
  answer,
  async handle({ reader, now }, { cluster: given, group: name, from: start, to: end = now }) {
    const chosen = await clusterOf(reader, given)
    const partition = await knownGroup(reader, chosen, name)
    const begin = start ?? (await beginningOf(reader, { cluster: chosen, group: name, partition }, end))
    const times = span({ from: begin, to: end })
    const known = await covered(reader, { cluster: chosen, knows: ['owners'], ...times, partition })
    const found = await membersOf(reader, { cluster: chosen, group: name, ...times })
    return { cluster: chosen, group: name, members: found, coverage: known }
  },
})
