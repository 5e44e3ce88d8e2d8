import { z } from 'zod'
import { KoffError } from '../../../base/errors.ts'
import { whatToDo } from '../../../events/conditions/advice.ts'
import { isOpeningType, openingTypes } from '../../../events/definitions.ts'
import { clusterOf } from '../../../history/queries/cluster.ts'
import { conditionsPage } from '../../../history/queries/conditions.ts'
import type { ConditionsAnswer } from '../answers.ts'
import { covered } from '../covered.ts'
import { cluster, cursor, from, limit, severity, span, to, yes } from '../parameters.ts'
import { defineRoute } from '../route.ts'
import { condition, coverage, next } from '../schemas.ts'

const query = z.object({
  cluster,
  open: yes.optional().describe('`true`: those that are open now; instead of from and to.'),
  from,
  to,
  group: z.string().optional().describe('Only of this group.'),
  type: z.enum(openingTypes).optional().describe('The type of the event that opens it.'),
  severity,
  limit: limit(1_000),
  cursor,
})

const answer: z.ZodType<ConditionsAnswer> = z.strictObject({
  cluster: z.string(),
  conditions: z.array(condition),
  next,
  coverage,
})

export const conditions = defineRoute({
  paths: ['/api/conditions'],
  summary: 'Conditions that are open, or were open within a time, the newest first, with what to do.',
  query,
  answer,
  async handle({ reader, now }, asked) {
    const chosen = await clusterOf(reader, asked.cluster)
    const { open = false, group, type, severity: least, limit: most, cursor: place } = asked
    if (open && (asked.from ?? asked.to) !== undefined)
      throw new KoffError('USAGE', 'open: is of now; leave out from and to')
    const { to: end = now } = asked
    if (asked.from !== undefined) span({ from: asked.from, to: end })
    const begin = asked.from ?? (open ? end : undefined)
    const known = await covered(reader, { cluster: chosen, knows: ['events'], from: begin, to: end })
    const filters = {
      group,
      types: type === undefined ? undefined : [type],
      severity: least,
      limit: most,
      cursor: place,
    }
    const page = await conditionsPage(reader, { cluster: chosen, ...filters, from: begin ?? 0, to: end })
    return {
      cluster: chosen,
      conditions: page.conditions.map(one => ({
        ...one,
        ...(isOpeningType(one.type) ? { advice: whatToDo[one.type] } : {}),
      })),
      next: page.next,
      coverage: known,
    }
  },
})
