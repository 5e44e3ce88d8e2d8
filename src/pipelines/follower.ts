import { type EventDecoder, openEventDecoder } from '../avro/eventDecoder.ts'
import type { RegistryOptions } from '../avro/options.ts'
import { abortable } from '../base/abortable.ts'
import { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Opening } from '../base/opening.ts'
import { persist } from '../base/retry.ts'
import type { Sink } from '../engine/sink.ts'
import { groupMember } from '../kafka/kafkajs/groupMember.ts'
import type { BrokerOptions } from '../kafka/net/brokerOptions.ts'
import type { PipelineProgress } from '../telemetry/pipelineProgress.ts'
import type { PipelineTransform } from './applyPipeline.ts'
import { beginNow } from './beginNow.ts'
import { oneAtATime } from './generations.ts'
import { type PipelineOutage, pipelineOutage } from './pipelineOutage.ts'
import { readAssigned } from './readAssigned.ts'
import { trackRemaining } from './remaining.ts'

export interface FollowerOptions extends BrokerOptions {
  /** The consumer group of the pipeline. */
  readonly name: string
  readonly groupId: string
  /** The topic of the events. */
  readonly topics: readonly string[]
  /** The one of these that has what a history keeps beside the events; the sink has to keep it. */
  readonly historyTopic?: string | undefined
  /** The registry for events in Avro. */
  readonly registry: RegistryOptions | undefined
  readonly transform: PipelineTransform
  /** Not open yet; the caller disposes of it. */
  readonly sink: Sink
  /** Where a pipeline without a position begins. */
  readonly from: 'beginning' | 'now'
  readonly sessionTimeoutMs?: number | undefined
  readonly log: Log
  readonly progress: PipelineProgress
  /** Called before a retry. */
  readonly retried?: ((error: KoffError) => void) | undefined
  readonly signal: AbortSignal
}

const defaultSessionMs = 10_000
const pauses = { firstMs: 500, maxMs: 10_000 }
/** A group that was joined for this long does not count as failing repeatedly. */
const joinedForMs = 60_000
/** The time limit for a write in flight at the end. */
const lastWriteMs = 5_000

/**
 * Reads the clean topic in a consumer group of its own and gives its sink what the pipeline selects, until the signal
 * aborts. Records of aborted transactions are left out. The position is committed when the sink has taken the events.
 * What the sink cannot take now is tried again until it can; other pipelines do not wait. In memory is one fetch from
 * each broker, at most.
 *
 * Guarantee: at least once, in order for each group. What breaks it: events that retention takes before they are read.
 * @throws KoffError where the sink cannot be opened at the start and only a person can help.
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
  const { groupId, topics, signal } = options
  const outage = pipelineOutage(options)
  let isPlaced = options.from === 'beginning'
  const work = async () => {
    if (!isPlaced) await abortable(beginNow(options, groupId, topics), signal)
    isPlaced = true
    throw await stayJoined(options, decoder, outage)
  }
  const failed = (error: unknown) => {
    if (!(error instanceof KoffError)) throw error
    outage.goesOn(error)
    return error
  }
  await persist(work, { signal, failed, pauses, steadyMs: joinedForMs })
}

/**
 * Reads the assigned partitions in each generation of the group, until that fails, and returns the reason; or until the
 * signal aborts.
 */
async function stayJoined(options: FollowerOptions, decoder: EventDecoder, outage: PipelineOutage): Promise<KoffError> {
  const { signal, sessionTimeoutMs = defaultSessionMs } = options
  const leaving = new AbortController()
  const remaining = trackRemaining({ ...options, broker: options })
  const generations = oneAtATime(
    (assignment, generation) =>
      readAssigned({
        ...options,
        assignment,
        generation,
        decoder,
        outage,
        remaining,
        commit: positions => member.commit(positions),
      }),
    error => leaving.abort(error),
  )
  const member = groupMember({
    ...options,
    sessionTimeoutMs,
    joined: ({ assignment }) => generations.begin(assignment),
    rebalancing: () => generations.end(),
  })
  const leave = () => {
    // Reading ends, but a write in flight may complete, and is committed.
    setTimeout(() => generations.end(), lastWriteMs).unref()
    void generations.over().then(() => leaving.abort(signal.reason))
  }
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await member.stay(leaving.signal)
  } finally {
    signal.removeEventListener('abort', leave)
    generations.end()
    await generations.over()
  }
}

/** A sink that cannot be reached may recover; a wrong configuration does not. */
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
