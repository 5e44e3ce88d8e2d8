import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { KoffError } from '../../base/errors.ts'
import { withInt64 } from '../../coordinator/jsonValue.ts'
import { clusterOf } from '../../history/queries/cluster.ts'
import { eventsAfter, lastSequence } from '../../history/queries/events.ts'
import { mostRows } from '../../history/queries/limits.ts'
import type { HistoryReader } from '../../history/store.ts'
import { eventFilters, parseQuery, whole } from './parameters.ts'
import type { DescribedRoute } from './route.ts'
import { questionOf } from './routes/events.ts'
import { Tail } from './tail.ts'

const keepAliveMs = 15_000
const retryMs = 2_000
/** Places that are looked at at once: a filter that finds little reads no more of a large history in one query. */
const windowSize = 50_000
const mostStreams = 200

const query = z.object({
  ...eventFilters,
  after: whole(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('The `sequence` to go on behind; from now on unless given. `Last-Event-ID` comes first.'),
})

export const streamRoute: DescribedRoute = {
  paths: ['/api/events/stream'],
  summary: 'Events as they are written: server-sent events that resume at Last-Event-ID.',
  query,
  answer: z.string().describe('`id`: the place in the history. `event`: the type. `data`: the event.'),
  isStream: true,
}

/**
 * Events as they are written, as server-sent events: the id is the place in the history, so that a client that comes back
 * with `Last-Event-ID` misses none.
 */
export class EventStreams {
  readonly #open: () => Promise<HistoryReader>
  readonly #tail: Tail
  #count = 0

  constructor(open: () => Promise<HistoryReader>) {
    this.#open = open
    this.#tail = new Tail(open)
  }

  async answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const asked = parseQuery(query, request.query)
    const given = lastIdIn(request) ?? asked.after
    const reader = await this.#open()
    // Refused now where there are several; an empty history may become one of any cluster.
    await clusterOf(reader, asked.cluster)
    const place = given ?? (await lastSequence(reader))
    if (this.#count >= mostStreams)
      throw new KoffError('HISTORY_UNAVAILABLE', `${mostStreams} event streams are open; no more are answered`)
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      // A proxy of nginx must not collect what is to be seen at once.
      'x-accel-buffering': 'no',
    })
    if (request.method === 'HEAD') {
      raw.end()
      return
    }
    const closing = new AbortController()
    raw.on('close', () => closing.abort())
    this.#count++
    try {
      await this.#send(raw, asked, place, closing.signal)
    } finally {
      this.#count--
      raw.end()
    }
  }

  async #send(
    raw: FastifyReply['raw'],
    asked: z.output<typeof query>,
    from: number,
    signal: AbortSignal,
  ): Promise<void> {
    const put = (text: string) =>
      new Promise<void>(resolve => {
        if (raw.write(text)) resolve()
        else {
          raw.once('drain', resolve)
          signal.addEventListener('abort', () => resolve(), { once: true })
        }
      })
    await put(`retry: ${retryMs}\n: koff\n\n`)
    for (let after = from; !signal.aborted; ) {
      const head = await this.#tail.behind(after, signal, keepAliveMs)
      if (signal.aborted) return
      // The place also goes on where the filter leaves everything out.
      if (head === after) await put(`: nothing new\nid: ${after}\n\n`)
      while (after < head && !signal.aborted) {
        const upTo = Math.min(head, after + windowSize)
        const reader = await this.#open()
        const cluster = await clusterOf(reader, asked.cluster)
        const found = await eventsAfter(reader, after, { ...questionOf(asked), cluster, upTo })
        const text = found.map(({ sequence, event }) => {
          return `id: ${sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event, withInt64)}\n\n`
        })
        if (text.length > 0) await put(text.join(''))
        after = found.length < mostRows ? upTo : (found.at(-1)?.sequence ?? upTo)
      }
    }
  }
}

function lastIdIn(request: FastifyRequest): number | undefined {
  const text = request.headers['last-event-id']
  if (text === undefined || text === '') return undefined
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text)
  throw new KoffError('USAGE', 'Last-Event-ID: must be the id of an event of this stream, a whole number')
}
