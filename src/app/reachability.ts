import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { dirname } from 'node:path'
import { registryAddress } from '../avro/options.ts'
import { answerFault, requestFault } from '../avro/registryFault.ts'
import { sendToRegistry } from '../avro/registryRequest.ts'
import { KoffError } from '../base/errors.ts'
import { noLog } from '../base/log.ts'
import { systemReason } from '../base/systemReason.ts'
import type { Config } from '../config/schema.ts'
import { revealed } from '../config/values/revealed.ts'
import { consumerOffsets } from '../coordinator/consumerOffsets.ts'
import type { Sink } from '../engine/sink.ts'
import type { LoadedPipeline } from '../pipelines/load.ts'
import { isKafka, type PipelinePlan, stateTopicOf, typesOf } from '../pipelines/plan.ts'
import { openSink } from '../sinks/configured.ts'
import { routesOf, topicsOf } from '../sinks/kafka/routes.ts'
import { brokerOptions } from './connection.ts'

/** What was tried to be reached, and what came of it. */
export interface Reached {
  /** `Kafka at localhost:9092` */
  readonly what: string
  readonly isThere: boolean
  /** What was found, or what is missing and what to do. */
  readonly says: string
  readonly tookMs: number
}

/** Tries all that a deployment needs, one after the other. Creates no topic. */
export async function* reachAll(config: Config, plan: PipelinePlan, signal: AbortSignal): AsyncGenerator<Reached> {
  const { carrier, followers } = plan
  const { brokers } = config.kafka
  const kafka = await tried(`Kafka at ${brokers.join(', ')}`, () => reachKafka(config))
  yield kafka
  if (kafka.isThere) {
    yield await tried(`topic ${consumerOffsets}`, () => reachOffsets(config, signal))
    if (isKafka(carrier)) {
      const topics = [...topicsOf(routesOf(carrier.to), typesOf(config, carrier)), stateTopicOf(config, carrier.to)]
      yield await tried(`topics ${topics.slice(0, 3).join(', ')}`, () => reachTopics(config, topics))
    }
  }
  if (!isKafka(carrier)) yield await tried(`state in ${config.state.dir}`, () => writable(config.state.dir))
  for (const pipeline of [carrier, ...followers]) yield* reachSink(config, pipeline, signal)
}

/** What a pipeline writes to, and its schema registry; nothing for standard output. */
export async function* reachSink(
  config: Config,
  pipeline: LoadedPipeline,
  signal: AbortSignal,
): AsyncGenerator<Reached> {
  const { name, to } = pipeline
  if ('registry' in to && to.registry !== undefined) {
    const { registry } = revealed({ registry: to.registry })
    const address = registryAddress(registry)
    yield await tried(`schema registry ${address.host} of ${name}`, async () => {
      const call = { address, operation: 'GET /subjects', id: 0 }
      const answer = await sendToRegistry(address, { method: 'GET', path: '/subjects', headers: {} }, signal).catch(
        (error: unknown) => {
          throw requestFault(error, call)
        },
      )
      if (answer.status !== 200) throw answerFault(answer, call)
      return 'answers'
    })
  }
  if (to.type === 'history' && to.file !== undefined) {
    const { file } = to
    yield await tried(`history ${file}`, () => writable(file))
  } else if (to.type === 'bullmq' || to.type === 'history' || to.type === 'webhook') {
    const what = { bullmq: `Redis of ${name}`, history: `database of ${name}`, webhook: `receiver of ${name}` }[to.type]
    // Schemas are registered when koff runs.
    const plain = to.type === 'bullmq' ? ({ ...to, payload: 'json' } as const) : to
    yield await tried(what, async () => {
      await using sink = await openSink(plain, {
        types: new Set(),
        broker: brokerOptions(config.kafka),
        stdout: process.stdout,
        deliveryTimeoutMs: connectMs,
        retried: () => undefined,
        endsWith: () => undefined,
        log: noLog,
      })
      await opened(sink, signal)
      return 'answers'
    })
  }
}

const connectMs = 5_000

/** A sink tries for longer than somebody waits here: then the last reason is the answer. */
async function opened(sink: Sink, signal: AbortSignal): Promise<void> {
  let last: KoffError | null = null
  const late = AbortSignal.timeout(connectMs)
  try {
    await sink.open(AbortSignal.any([signal, late]), () => ({
      retried(error) {
        last = error
      },
      worked: () => undefined,
    }))
  } catch (error) {
    throw late.aborted && last !== null ? (last as KoffError) : error
  }
}

async function tried(what: string, reach: () => Promise<string>): Promise<Reached> {
  const start = performance.now()
  const took = () => Math.round(performance.now() - start)
  try {
    return { what, isThere: true, says: await reach(), tookMs: took() }
  } catch (error) {
    if (!(error instanceof KoffError) && !(error instanceof DOMException)) throw error
    const says = error instanceof KoffError ? error.message : `no answer within ${connectMs / 1_000} s`
    return { what, isThere: false, says, tookMs: took() }
  }
}

async function reachKafka(config: Config): Promise<string> {
  const { openKafkaAdmin } = await import('../kafka/client/admin.ts')
  await using admin = await openKafkaAdmin(brokerOptions(config.kafka))
  return `answers, cluster ${admin.cluster}`
}

/** Reads nothing but where the partitions begin and end, and one answer of a Fetch. */
async function reachOffsets(config: Config, signal: AbortSignal): Promise<string> {
  const { openKafkaSource } = await import('../sources/kafka/source.ts')
  const options = { from: 'latest', untilEnd: true, waitForTopic: false, signal } as const
  await using source = await openKafkaSource({ ...brokerOptions(config.kafka), ...options }).catch((error: unknown) => {
    if (!(error instanceof KoffError && error.message.includes(`no topic ${consumerOffsets}`))) throw error
    throw new KoffError(
      error.code,
      'does not exist yet: the first consumer group creates it, and koff run waits for it',
    )
  })
  const partitions = new Set<number>()
  for await (const inputs of source.chunks(signal)) {
    for (const input of inputs) if (input.kind === 'position') partitions.add(input.partition)
  }
  return `readable, ${partitions.size} partitions`
}

async function reachTopics(config: Config, topics: readonly string[]): Promise<string> {
  const { openKafkaAdmin } = await import('../kafka/client/admin.ts')
  await using admin = await openKafkaAdmin(brokerOptions(config.kafka))
  const described = await admin.describeTopics(topics)
  const known = new Set(described.filter(({ partitions }) => partitions > 0).map(({ name }) => name))
  const missing = topics.filter(topic => !known.has(topic))
  return missing.length === 0 ? 'are there' : `not there yet: ${missing.join(', ')}; koff run creates them`
}

/** A file or folder that is there, or the nearest folder above it. */
async function writable(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    try {
      await access(at, constants.W_OK)
      return at === path ? 'writable' : `not there yet; ${at} is writable`
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      if (isMissing && dirname(at) !== at) continue
      throw new KoffError('SINK_FAILED', `${at}: ${systemReason(error)}`, { cause: error })
    }
  }
}
