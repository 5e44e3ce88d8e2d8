import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { KoffError } from '../../base/errors.ts'
import { version } from '../../base/version.ts'
import { withInt64 } from '../../coordinator/jsonValue.ts'
import type { HistoryReader } from '../../history/store.ts'
import type { ApiMode } from './answers.ts'
import { Fleet } from './fleet.ts'
import { openApi } from './openapi.ts'
import { parseQuery } from './parameters.ts'
import type { ApiRoute } from './route.ts'
import { about } from './routes/about.ts'
import { conditions } from './routes/conditions.ts'
import { diff } from './routes/diff.ts'
import { event } from './routes/event.ts'
import { events } from './routes/events.ts'
import { group } from './routes/group.ts'
import { groups } from './routes/groups.ts'
import { heatmap } from './routes/heatmap.ts'
import { members } from './routes/members.ts'
import { offsets } from './routes/offsets.ts'
import { owners } from './routes/owners.ts'
import { progress } from './routes/progress.ts'
import { rebalances } from './routes/rebalances.ts'
import { timeline } from './routes/timeline.ts'
import { EventStreams, streamRoute } from './stream.ts'

export interface ApiOptions {
  readonly mode: ApiMode
  /**
   * The history, opened where it is not; rejects while it cannot be read. Null: none is configured.
   */
  readonly history: (() => Promise<HistoryReader>) | null
  readonly isReady: () => boolean | Promise<boolean>
  /** Records that are still to be read, by partition of `__consumer_offsets`. */
  readonly recordsLeft?: (() => ReadonlyMap<number, number>) | undefined
}

type Guard = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined

/** In the order of the description. */
const routes: readonly ApiRoute[] = [
  about,
  groups,
  group,
  timeline,
  progress,
  rebalances,
  members,
  offsets,
  diff,
  events,
  event,
  owners,
  conditions,
  heatmap,
]

/** It lists all other paths. */
export const descriptionPath = '/api/openapi.json'

/** Adds the routes of the API. Returns their paths. */
export function apiRoutes(app: FastifyInstance, options: ApiOptions, guard: Guard): readonly string[] {
  const { mode, isReady, recordsLeft = () => new Map<number, number>() } = options
  const history = options.history ?? withoutHistory
  const fleet = new Fleet()
  const streams = new EventStreams(history)
  const preHandler = async (request: FastifyRequest, reply: FastifyReply) => guard(request, reply)
  let description: string | null = null
  app.get(descriptionPath, { preHandler }, async (_, reply) => {
    description ??= `${JSON.stringify(openApi([...routes, streamRoute], version()))}\n`
    return reply.type('application/json; charset=utf-8').send(description)
  })
  for (const path of streamRoute.paths)
    app.get(path, { preHandler }, (request, reply) => streams.answer(request, reply))
  for (const route of routes) {
    for (const path of route.paths) {
      app.get(path.replaceAll(/\{(\w+)\}/g, ':$1'), { preHandler }, async (request, reply) => {
        const query = parseQuery(route.query, given(request))
        const context = {
          reader: await history(),
          now: Date.now(),
          mode,
          isReady: await isReady(),
          recordsLeft: recordsLeft(),
          fleet,
        }
        const answer = await route.handle(context, query)
        return reply.type('application/json; charset=utf-8').send(`${JSON.stringify(answer, withInt64)}\n`)
      })
    }
  }
  return [descriptionPath, ...[...routes, streamRoute].flatMap(({ paths }) => paths)]
}

/** Parameters in the path and in the query, as one. */
function given({ params, query }: FastifyRequest): Record<string, unknown> {
  const inPath = params as Record<string, unknown>
  const inQuery = query as Record<string, unknown>
  const twice = Object.keys(inPath).filter(name => name in inQuery)
  if (twice.length > 0) throw new KoffError('USAGE', `${twice.join(', ')}: is in the path and in the query`)
  return { ...inQuery, ...inPath }
}

async function withoutHistory(): Promise<HistoryReader> {
  const message = 'koff has no history: add a sink of type history to the configuration, or run koff serve --history'
  throw new KoffError('NOT_FOUND', message, { known: { sinks: ['history'] } })
}
