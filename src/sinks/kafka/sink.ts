import { crc32c } from '@node-rs/crc32'
import { abortable } from '../../base/abortable.ts'
import { KoffError } from '../../base/errors.ts'
import { type Log, noLog } from '../../base/log.ts'
import { retry } from '../../base/retry.ts'
import type { Sink } from '../../engine/sink.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import { type Cluster, openCluster } from '../../kafka/client/cluster.ts'
import { type LeaderTable, leaderTable } from '../../kafka/client/leaderTable.ts'
import type { BrokerOptions } from '../../kafka/net/brokerOptions.ts'
import { type IdempotentProducer, openIdempotentProducer } from '../../kafka/producer/idempotentProducer.ts'
import { rounds } from '../../kafka/producer/rounds.ts'
import { BatchEncoder } from '../../kafka/records/batchEncoder.ts'
import { eventRecords, type RecordOptions } from './eventRecords.ts'
import { type EventTopics, eventTopics } from './eventTopics.ts'
import { leftOutLine } from './leftOutLine.ts'
import { type LeftOut, MessageLimits } from './messageLimits.ts'
import { producerFault } from './producerFault.ts'
import { routesText, topicsOf } from './routes.ts'
import { ensureTopic } from './topic.ts'
import { type ContentOptions, openTopicEncoder } from './topicEncoder.ts'

export interface KafkaSinkOptions extends BrokerOptions, ContentOptions {
  /** Number of partitions of a topic that koff creates; 8 unless given. */
  readonly partitions?: number | undefined
  /** Replication factor of a topic that koff creates; the number of brokers, at most 3, unless given. */
  readonly replicationFactor?: number | undefined
  /** How long `open` retries to reach the cluster; 30 s unless given. */
  readonly openTimeoutMs?: number | undefined
  /** How long `write` retries before it fails; 2 min unless given. */
  readonly deliveryTimeoutMs?: number | undefined
  /** Called before a retry. */
  readonly retried?: ((error: KoffError) => void) | undefined
  readonly log?: Log | undefined
}

/**
 * Events to a Kafka topic, or to one topic for each type: Avro in Confluent's wire format or JSON, CloudEvents headers;
 * the key is the group id, the partition that of Java's producer.
 * Guarantee: at least once, in order for each group. A write resolves when all in-sync replicas have its events. What
 * breaks it: unclean leader election; a retention that is shorter than the absence of a reader; more partitions, which
 * move groups, so that order holds only within a partition. An event may come twice, with the same id, after a lost
 * response with a replaced producer, or when a write is repeated.
 * @throws KoffError from `open`: REGISTRY_MISSING, or another permanent failure; from `write`: retriable where only
 * time is needed.
 */
export function kafkaSink(options: KafkaSinkOptions): Sink {
  const { routes, openTimeoutMs = 30_000, deliveryTimeoutMs = 120_000, retried, log = noLog } = options
  const topic = routesText(routes)
  const closing = new AbortController()
  let cluster: Cluster | null = null
  let writer: Writer | null = null
  let making: Making | null = null
  const limits = new MessageLimits()

  const connect = async (signal: AbortSignal): Promise<Writer> => {
    cluster ??= await openCluster(options, signal)
    const leaders = leaderTable(cluster, closing.signal)
    const producer = await openIdempotentProducer({ cluster, leaders }, signal)
    signal.throwIfAborted()
    return { producer, leaders, batches: new BatchEncoder(crc32c) }
  }

  const discard = () => {
    writer?.producer[Symbol.dispose]()
    writer = null
  }

  /** After a failure or an abort it is unknown what the broker has: a new producer continues. */
  const attempt = async (work: (until: AbortSignal) => Promise<void>, signal: AbortSignal) => {
    const until = AbortSignal.any([signal, closing.signal])
    try {
      await abortable(work(until), until)
    } catch (error) {
      discard()
      until.throwIfAborted()
      throw limits.learn(error) ?? producerFault(error, { ...options, topic })
    }
  }

  const send = async (events: readonly KoffEvent[], as: Making, signal: AbortSignal) => {
    await as.encoder.prepare(events, signal)
    const { producer, leaders, batches } = (writer ??= await connect(signal))
    await as.topics.check(leaders)
    const leftOut: LeftOut[] = []
    const records = eventRecords(events, { ...as, leaveOut: one => leftOut.push(one) })
    for (const round of rounds(records, { batches, header: producer.header })) {
      // The caller that aborted does not wait for this, and may already write with another producer.
      signal.throwIfAborted()
      await producer.send(round, { signal, timeoutMs: deliveryTimeoutMs, retried })
    }
    for (const one of leftOut) log.warn(...leftOutLine(one, options))
  }

  return {
    name: 'kafka',
    async open(signal, opening) {
      signal.throwIfAborted()
      const encoder = await openTopicEncoder(options, { signal, opening, log })
      const { partitions = 8, replicationFactor } = options
      const prepare = async (until: AbortSignal) => {
        const shape = { partitions, replicationFactor, cleanupPolicy: 'delete', brokers: options.brokers } as const
        const topics = await eventTopics(topicsOf(routes, options.types), {
          ensure: name => ensureTopic(options, { topic: name, ...shape }),
          log,
        })
        writer = await connect(until)
        await topics.check(writer.leaders)
        making = { routes, encoder, topics, partitionOf: (name, group) => topics.partitionOf(name, group), limits }
      }
      const watch = opening?.(`Kafka at ${options.brokers.join(',')}`)
      await retry(() => attempt(prepare, signal), { signal, timeoutMs: openTimeoutMs, retried, watch })
    },
    async write(events, signal) {
      signal.throwIfAborted()
      closing.signal.throwIfAborted()
      if (making === null) throw new KoffError('SINK_FAILED', `topic ${topic}: written to before it was opened`)
      const as = making
      for (let at = 0; at < events.length; at += eventsAtATime) {
        const some = events.slice(at, at + eventsAtATime)
        const work = () => attempt(until => send(some, as, until), signal)
        await retry(work, { signal, timeoutMs: deliveryTimeoutMs, retried })
      }
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new KoffError('SINK_FAILED', `topic ${topic}: the sink is closed`))
      discard()
      cluster?.close()
    },
  }
}

interface Making extends Omit<RecordOptions, 'leaveOut'> {
  readonly topics: EventTopics
}

/** Lives until the first failure. */
interface Writer {
  readonly producer: IdempotentProducer
  readonly leaders: LeaderTable
  readonly batches: BatchEncoder
}

/** The maximum that is written again when the producer has to be replaced. */
const eventsAtATime = 1_000
