import { setTimeout as sleep } from 'node:timers/promises'
import type { Queue } from 'bullmq'
import { type EncoderContext, type EventEncoder, openEventEncoder } from '../../avro/eventEncoder.ts'
import type { RegistryOptions } from '../../avro/options.ts'
import { eventSubject, type SubjectStrategy } from '../../avro/subjects.ts'
import { abortable } from '../../base/abortable.ts'
import { KoffError } from '../../base/errors.ts'
import { type Log, noLog } from '../../base/log.ts'
import { retry } from '../../base/retry.ts'
import type { Sink } from '../../engine/sink.ts'
import { type EventType, eventTypes } from '../../events/definitions.ts'
import { redisPlace, redisSecrets } from './client.ts'
import { type Connection, openConnection } from './connection.ts'
import { type JobOptions, jobMaker } from './job.ts'
import { redisFault } from './redisFault.ts'
import type { RedisOptions } from './redisSchema.ts'

export interface BullmqSinkOptions extends JobOptions {
  readonly queue: string
  /**
   * Prefix of the keys in Redis: `bull` unless given, in a Redis Cluster `{bull}`, so that one node has all of them.
   */
  readonly prefix?: string | undefined
  readonly redis?: RedisOptions | undefined
  /** The content of a job: the event as JSON (unless given), as Avro in base64, or both. */
  readonly payload?: 'json' | 'avro' | 'both' | undefined
  /** For Avro. */
  readonly registry?: RegistryOptions | undefined
  /** Where the registry has the schemas, with the queue for a topic; as a sink of type kafka unless given. */
  readonly subjects?: SubjectStrategy | undefined
  /** All types that may have to be written; every type unless given. */
  readonly types?: ReadonlySet<EventType> | undefined
  /** How long `open` retries to reach Redis; 30 s unless given. */
  readonly openTimeoutMs?: number | undefined
  /** How long `write` retries before it fails; 2 min unless given. */
  readonly deliveryTimeoutMs?: number | undefined
  /** Called before a retry. */
  readonly retried?: ((error: KoffError) => void) | undefined
  readonly log?: Log | undefined
}

/** Measured: singly 2.6 k jobs/s, 22.8 k at 1,000 in a request, 11.7 k at 10,000. */
const bulkSize = 1_000

/**
 * Events as jobs in a BullMQ queue: the job id is the event id, the job name is the event type. Of a large event only
 * part 1 becomes a job, so that one event starts one piece of work; its `parts` shows that its lists continue in the
 * clean topic.
 * Guarantee: each event is one job, in order, however often it is written, while the job is kept. A write resolves when
 * Redis has all jobs. What breaks it: a Redis that loses acknowledged data (`appendfsync everysec` may lose the last
 * second before a crash, no persistence everything; an eviction policy other than `noeviction`); a job that is removed
 * by hand or by age before its event is written again; two clusters in one queue, which can have the same ids. If Redis
 * runs out of memory within a request, order holds only for the jobs that it accepted.
 * @throws KoffError from `open`: a permanent failure; from `write`: retriable where only time is needed.
 */
export function bullmqSink(options: BullmqSinkOptions): Sink {
  const { queue, redis = {}, payload = 'json', openTimeoutMs = 30_000, deliveryTimeoutMs = 120_000 } = options
  const { retried, log = noLog } = options
  const prefix = options.prefix ?? (redis.cluster === undefined ? 'bull' : '{bull}')
  const place = `queue ${queue}, ${redisPlace(redis)}`
  const secrets = redisSecrets(redis)
  let jobOf: ReturnType<typeof jobMaker> | null = null
  let encoder: EventEncoder | null = null
  let connection: Connection | null = null
  let pending: Promise<void> = Promise.resolve()
  let closed = false
  let knownPolicy = ''

  const connected = async (): Promise<Queue> => {
    if (connection?.isUsable() === true) return connection.ready
    discard()
    if (closed) throw new KoffError('SINK_FAILED', `queue ${queue}: closed`)
    // Known before it is connected, so that closing it also works then.
    connection = openConnection({ queue, prefix, redis, evicts })
    return connection.ready
  }

  /** A connection is opened repeatedly, with the same warning each time. */
  const evicts = (policy: string) => {
    if (policy === knownPolicy) return
    knownPolicy = policy
    const risk = 'BullMQ needs noeviction: without the lock of a job, a second worker takes it too'
    log.warn(`${place} may evict keys with an expiry (maxmemory-policy ${policy}); ${risk}`, { policy })
  }

  const discard = () => {
    connection?.close()
    connection = null
  }

  /** One at a time, also after an abort: events in flight must not mix with the next ones. */
  const attempt = async (work: (bull: Queue) => Promise<void>, signal: AbortSignal) => {
    await abortable(pending, signal)
    const running = connected().then(work)
    pending = running.catch(ignore)
    try {
      await abortable(running, signal)
    } catch (error) {
      discard()
      signal.throwIfAborted()
      throw redisFault(error, place, secrets)
    }
  }

  return {
    name: 'bullmq',
    async open(signal, opening) {
      signal.throwIfAborted()
      encoder = payload === 'json' ? null : await openEncoder(options, { signal, opening, log })
      const watch = opening?.(redisPlace(redis))
      await retry(() => attempt(async () => undefined, signal), { signal, timeoutMs: openTimeoutMs, retried, watch })
      jobOf = jobMaker(payload, encoder, options)
    },
    async write(all, signal) {
      signal.throwIfAborted()
      if (closed) throw new KoffError('SINK_FAILED', `queue ${queue}: written to after it was closed`)
      if (jobOf === null) throw new KoffError('SINK_FAILED', `queue ${queue}: written to before it was opened`)
      const events = all.filter(({ part }) => part === 1)
      await encoder?.prepare(events, signal)
      const make = jobOf
      const bulk = async (at: number) => events.slice(at, at + bulkSize).map(make)
      let next = bulk(0)
      for (let at = bulkSize; at < events.length + bulkSize; at += bulkSize) {
        const jobs = await next
        const add = async (bull: Queue) => void (await bull.addBulk(jobs))
        const adding = retry(() => attempt(add, signal), { signal, timeoutMs: deliveryTimeoutMs, retried })
        // While Redis processes these, the next are prepared.
        next = bulk(at)
        next.catch(ignore)
        await adding
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true
      discard()
      const patience = new AbortController()
      // A Redis that is down must not keep koff from ending.
      await Promise.race([pending, sleep(5_000, undefined, { signal: patience.signal }).catch(ignore)])
      patience.abort()
    },
  }
}

async function openEncoder(
  { queue, registry, types = new Set(eventTypes), subjects }: BullmqSinkOptions,
  context: EncoderContext,
) {
  if (registry !== undefined) {
    const subjectOf = eventSubject({ subjects, topicOf: () => queue, isOneType: types.size === 1 })
    return openEventEncoder({ registry, types, subjectOf }, context)
  }
  throw new KoffError(
    'REGISTRY_MISSING',
    `queue ${queue}: Avro needs a schema registry; set registry.url, or payload json`,
  )
}

function ignore(): void {}
