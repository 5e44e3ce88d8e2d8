import { z } from 'zod'
import { clusterOf } from '../../../history/queries/cluster.ts'
import { type EventsQuestion, eventsPage } from '../../../history/queries/events.ts'
import type { EventsAnswer } from '../answers.ts'
import { covered } from '../covered.ts'
import { cursor, eventFilters, from, limit, span, to } from '../parameters.ts'
import { defineRoute } from '../route.ts'
import { coverage, next, stored } from '../schemas.ts'

const query = z.object({
  ...eventFilters,
  from,
  to,
  order: z.enum(['newest', 'oldest']).default('newest').describe('Which come first.'),
  limit: limit(100),
  cursor,
})

const answer: z.ZodType<EventsAnswer> = z.strictObject({
  cluster: z.string(),
  events: z.array(stored),
  next,
  coverage,
})

export const events = defineRoute({
  paths: ['/api/events'],
  summary: 'What happened, by any column, page by page.',
  query,
  answer,
  async handle({ reader, now }, asked) {
    const chosen = await clusterOf(reader, asked.cluster)
    const { from: begin, to: end = now, order, limit: most, cursor: place } = asked
    if (begin !== undefined) span({ from: begin, to: end })
    const known = await covered(reader, { cluster: chosen, knows: ['events'], from: begin, to: end })
    const times = { from: begin, to: asked.to, order, limit: most, cursor: place }
    const page = await eventsPage(reader, { ...questionOf(asked), ...times, cluster: chosen })
    return { cluster: chosen, ...page, coverage: known }
  },
})

/** The filters of events as a question to the history. */
export function questionOf(
  filters: z.output<z.ZodObject<typeof eventFilters>>,
): Omit<EventsQuestion, 'cluster' | 'order' | 'cursor'> {
  const { group, groups, kind, type: types, severity, topic, partition, member, instance, client, host } = filters
  return { group, groups, kind, types, severity, topic, partition, member, instance, client, host }
}
