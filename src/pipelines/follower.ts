import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer, EachBatchPayload } from 'kafkajs'
import { type EventDecoder, openEventDecoder } from '../avro/eventDecoder.ts'
import type { RegistryOptions } from '../avro/options.ts'
import { abortable } from '../base/abortable.ts'
import { pauseAfter } from '../base/backOff.ts'
import { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Opening } from '../base/opening.ts'
import { persist } from '../base/retry.ts'
import type { Sink } from '../engine/sink.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { kafkajsClient } from '../kafka/kafkajs/client.ts'
import { kafkajsFault } from '../kafka/kafkajs/fault.ts'
import type { BrokerOptions } from '../kafka/net/brokerOptions.ts'
import type { PipelineProgress } from '../telemetry/pipelineProgress.ts'
import type { PipelineTransform } from './applyPipeline.ts'
import { beginNow } from './beginNow.ts'
import { readAnyCompression } from './compression.ts'
import { pipelineOutage } from './pipelineOutage.ts'
import { type Remaining, trackRemaining } from './remaining.ts'

export interface FollowerOptions extends BrokerOptions {
  /** Of the pipeline. */
  readonly name: string
  readonly groupId: string
  /** Of the events. */
  readonly topics: readonly string[]
  /** Of what is in them, where that is Avro. */
  readonly registry: RegistryOptions | undefined
  readonly transform: PipelineTransform
  /** Not open yet; whoever made it disposes of it. */
  readonly sink: Sink
  /** Where a pipeline without a position begins. */
  readonly from: 'beginning' | 'now'
  readonly sessionTimeoutMs?: number | undefined
  readonly log: Log
  readonly progress: PipelineProgress
  /** Called before what failed is repeated. */
  readonly retried?: ((error: KoffError) => void) | undefined
  readonly signal: AbortSignal
}

/** Events in one write. */
const writeSize = 5_000
/** What a fetch brings at most, beyond one batch of the log: with what it is decoded to, all that is in memory. */
const fetchBytes = 4 * 1024 * 1024
const defaultSessionMs = 10_000
const pauses = { firstMs: 500, maxMs: 10_000 }
/** A group that was joined for so long has not failed in a row. */
const joinedForMs = 60_000
/** What a write that is under way at the end may take. */
const lastWriteMs = 5_000

/**
 * Reads the clean topic in a consumer group of its own and gives its sink what the pipeline wants of it, until the signal
 * aborts. What the sink has is committed; what it cannot take now is tried again until it can, and holds nobody else. In
 * memory is one fetch from each broker, at most.
 *
 * Guarantee: at least once, in order for each group. What breaks it: events that retention takes before they are read.
 * @throws KoffError where the sink cannot be opened at the start and nothing but a person can help.
 */
export async function followCleanTopic(options: FollowerOptions): Promise<void> {
  const { signal } = options
  try {
    await openSink(options)
    const decoder = openEventDecoder(options.registry, options.topics.join(), signal)
    await keepJoined(options, decoder)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function keepJoined(options: FollowerOptions, decoder: EventDecoder): Promise<void> {
  const { groupId, sessionTimeoutMs = defaultSessionMs, signal } = options
  const outage = pipelineOutage(options)
  using client = kafkajsClient(options)
  const { kafka } = client
  readAnyCompression()
  let isPlaced = options.from === 'beginning'
  for (let failures = 0; !signal.aborted; ) {
    const startedAt = performance.now()
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.floor(sessionTimeoutMs / 10),
      maxWaitTimeInMs: 250,
      maxBytes: fetchBytes,
      allowAutoTopicCreation: false,
      // One crash is one end, and this function begins anew: no second place that retries.
      retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
    })
    const work = async () => {
      if (!isPlaced) await abortable(beginNow(options, groupId, options.topics), signal)
      isPlaced = true
      consumer.on(consumer.events.FETCH, () => outage.end())
      return consume(consumer, options, decoder)
    }
    const error = await work().catch((thrown: unknown) => thrown)
    if (signal.aborted) return
    const call = { ...options, topic: options.topics.join(), operation: 'Read', group: groupId } as const
    const fault = error instanceof KoffError ? error : kafkajsFault(error, call)
    outage.goesOn(fault)
    failures = performance.now() - startedAt > joinedForMs ? 1 : failures + 1
    await sleep(pauseAfter(fault, failures, pauses), undefined, { signal }).catch(() => undefined)
  }
}

/** Reads until the consumer crashes, gives the reason; or until the signal aborts. */
async function consume(consumer: Consumer, options: FollowerOptions, decoder: EventDecoder): Promise<Error> {
  const { topics, signal } = options
  const { promise: crashed, resolve: crash } = Promise.withResolvers<Error>()
  consumer.on(consumer.events.CRASH, ({ payload }) => crash(payload.error))
  const remaining = trackRemaining({ ...options, broker: options })
  consumer.on(
    consumer.events.GROUP_JOIN,
    ({ payload }) => void remaining.joined(partitionsOf(payload.memberAssignment)),
  )
  consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
    // What holds nothing but markers is passed over without a word.
    const left = payload.batchSize === 0 ? Number(payload.offsetLag) : Number(payload.offsetLagLow) + 1
    remaining.left(`${payload.topic}-${payload.partition}`, left)
  })
  // A write that is under way when the end comes is given some time; kafkajs waits for it to be over.
  const stopping = new AbortController()
  const stop = () => setTimeout(() => stopping.abort(signal.reason), lastWriteMs).unref()
  signal.addEventListener('abort', stop, { once: true })
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    await consumer.run({
      eachBatchAutoResolve: false,
      eachBatch: payload => deliver(payload, { ...options, remaining }, decoder, stopping.signal),
    })
    return await abortable(crashed, signal)
  } finally {
    // Of a consumer that crashed, what its sink may still be given is nobody's any more.
    if (!signal.aborted) stopping.abort(new Error('the consumer has ended'))
    await consumer.disconnect().catch(() => undefined)
    signal.removeEventListener('abort', stop)
  }
}

function partitionsOf(assignment: Readonly<Record<string, readonly number[]>>): readonly string[] {
  return Object.entries(assignment).flatMap(([topic, partitions]) => partitions.map(at => `${topic}-${at}`))
}

/** One batch of one partition to the sink, and its end to the group. */
async function deliver(
  payload: EachBatchPayload,
  options: FollowerOptions & { readonly remaining: Remaining },
  decoder: EventDecoder,
  stop: AbortSignal,
): Promise<void> {
  const { batch } = payload
  const { transform, sink, signal, progress, remaining, sessionTimeoutMs = defaultSessionMs } = options
  // The group wants to hear of us also while the sink takes its time, and has news for us: another owner of the partition.
  const lost = new AbortController()
  const until = AbortSignal.any([stop, lost.signal])
  const beat = setInterval(
    () => {
      payload.heartbeat().catch((error: unknown) => lost.abort(error))
    },
    Math.floor(sessionTimeoutMs / 5),
  )
  try {
    for (let at = 0; at < batch.messages.length; at += writeSize) {
      if (!payload.isRunning() || signal.aborted) return
      const messages = batch.messages.slice(at, at + writeSize)
      const wanted = await keepTrying(options, until, async () => {
        const events: KoffEvent[] = []
        for (const { value } of messages) {
          const event = value === null ? null : await decoder.decode(value)
          if (event !== null) events.push(event)
        }
        return transform(events, until)
      })
      if (wanted.length > 0) await keepTrying(options, until, () => sink.write(wanted, until))
      // The last of a transaction is its marker, which is no message.
      const isLast = at + writeSize >= batch.messages.length
      const offset = isLast ? batch.lastOffset() : (messages.at(-1)?.offset ?? batch.lastOffset())
      // What is resolved kafkajs commits when this function is over.
      payload.resolveOffset(offset)
      remaining.left(`${batch.topic}-${batch.partition}`, Number(BigInt(batch.highWatermark) - BigInt(offset) - 1n))
      progress.delivered(wanted.length)
    }
  } finally {
    clearInterval(beat)
  }
}

/** Repeats `work` until it works: the place of the pipeline in the topic stays. */
async function keepTrying<T>(
  options: FollowerOptions & { readonly remaining: Remaining },
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const outage = pipelineOutage(options)
  const failed = (error: unknown): KoffError => {
    const fault = error instanceof KoffError ? error : unfit(error, options)
    options.retried?.(fault)
    outage.goesOn(fault)
    void options.remaining.look()
    return fault
  }
  const result = await persist(work, { signal, failed })
  outage.end()
  return result
}

/** Nobody checks what the operators of a pipeline make of an event. */
function unfit(cause: unknown, { name }: FollowerOptions): KoffError {
  const what = cause instanceof Error ? cause.message : String(cause)
  return new KoffError('SINK_FAILED', `pipeline ${name}: its sink cannot take what it is given: ${what}`, { cause })
}

/** A sink that cannot be reached may be there later; one with a wrong configuration will not. */
async function openSink(options: FollowerOptions): Promise<void> {
  const { sink, signal } = options
  const outage = pipelineOutage(options)
  const opening: Opening = () => ({ retried: error => outage.goesOn(error), worked: () => undefined })
  const failed = (error: unknown): KoffError => {
    if (!(error instanceof KoffError && error.retriable)) throw error
    options.retried?.(error)
    outage.goesOn(error)
    return error
  }
  await persist(() => sink.open(signal, opening), { signal, failed })
  outage.end()
}
