import { setTimeout as sleep } from 'node:timers/promises'
import type { Producer } from 'kafkajs'
import { KoffError } from '../../errors.ts'
import { abortable } from '../../runtime/abortable.ts'
import { openEventEncoder } from '../../runtime/registry/eventEncoder.ts'
import type { RegistryOptions } from '../../runtime/registry/options.ts'
import { retry } from '../../runtime/retry.ts'
import type { Sink } from '../../runtime/sink.ts'
import { brokerFault } from './brokerFault.ts'
import { type KafkaClientOptions, kafkaClient } from './client.ts'
import { byPartition, type MessageOptions, messageBatches, type PlacedMessage } from './messages.ts'
import { partitioner } from './partitioner.ts'
import { ensureTopic } from './topic.ts'

export interface KafkaSinkOptions extends KafkaClientOptions {
  readonly topic: string
  /** Events are Avro, and nobody can read that without the registry: `open` fails without one. */
  readonly registry?: RegistryOptions | undefined
  /** Of a topic that koff has to create; 8 unless given. */
  readonly partitions?: number | undefined
  /** Of a topic that koff has to create; as many as there are brokers, at most 3, unless given. */
  readonly replicationFactor?: number | undefined
  /** How long `open` tries to reach the cluster; 30 s unless given. */
  readonly openTimeoutMs?: number | undefined
  /** How long `write` tries to deliver some events before it fails; 2 min unless given. */
  readonly deliveryTimeoutMs?: number | undefined
  /** Called before something that failed is tried again. */
  readonly retried?: ((error: KoffError) => void) | undefined
}

/**
 * Events to a Kafka topic: Avro in Confluent's wire format, CloudEvents headers, key = group id, the partition that Java's
 * producer would choose.
 *
 * Guarantee: at least once, in order for each group. A write resolves when all in-sync replicas have its events. What
 * breaks it: unclean leader election, a retention that is shorter than a reader is away; whoever changes the number of
 * partitions moves groups, and their order is then kept within a partition only. An event comes twice where an answer
 * was lost and the producer had to be replaced, or where the same write is made again: it has the same id.
 * @throws KoffError from `open`: REGISTRY_MISSING, and whatever makes writing impossible; from `write`: retriable where
 * nothing but time is needed.
 */
export function kafkaSink(options: KafkaSinkOptions): Sink {
  const { topic, openTimeoutMs = 30_000, deliveryTimeoutMs = 120_000, retried } = options
  const kafka = kafkaClient(options)
  let making: MessageOptions | null = null
  let producer: Producer | null = null
  let pending: Promise<void> = Promise.resolve()
  let closed = false

  const connect = async (): Promise<Producer> => {
    if (closed) throw new KoffError('SINK_FAILED', `topic ${topic}: closed`)
    const created = kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 2_000 },
    })
    // Known before it is connected, so that closing finds it also then.
    producer = created
    await created.connect()
    return created
  }

  /** What is in doubt is thrown away: a kafkajs producer that failed once may be stuck for good. */
  const discard = () => {
    const discarded = producer
    producer = null
    if (discarded === null) return
    const disconnect = () => discarded.disconnect().catch(ignore)
    // At once, which stops it, and when what it was doing is over, which may have connected it again.
    pending = Promise.all([disconnect(), pending.then(disconnect)]).then(ignore)
  }

  /** One at a time, also after an abort: what kafkajs then goes on sending must not mix with what comes next. */
  const attempt = async (work: () => Promise<void>, signal: AbortSignal) => {
    await abortable(pending, signal)
    const running = work()
    pending = running.catch(ignore)
    try {
      await abortable(running, signal)
    } catch (error) {
      discard()
      signal.throwIfAborted()
      throw brokerFault(error, options)
    }
  }

  const send = async (messages: readonly PlacedMessage[]) => {
    const ready = producer ?? (await connect())
    for (const part of byPartition(messages)) {
      await ready.send({ topic, acks: -1, messages: part })
    }
  }

  return {
    name: 'kafka',
    async open(signal, opening) {
      signal.throwIfAborted()
      if (options.registry === undefined) {
        throw new KoffError(
          'REGISTRY_MISSING',
          `topic ${topic}: events are written as Avro, which needs a schema registry; set registry.url, or write to stdout`,
        )
      }
      const encoder = await openEventEncoder(options.registry, topic, { signal, opening })
      const { partitions = 8, replicationFactor } = options
      const prepare = async () => {
        const found = await ensureTopic(kafka, { topic, partitions, replicationFactor, cleanupPolicy: 'delete' })
        making = { encoder, partitionOf: partitioner(topic, found) }
        await connect()
      }
      const watch = opening?.(`Kafka at ${options.brokers.join(',')}`)
      await retry(() => attempt(prepare, signal), { signal, timeoutMs: openTimeoutMs, retried, watch })
    },
    async write(events, signal) {
      signal.throwIfAborted()
      if (closed) throw new KoffError('SINK_FAILED', `topic ${topic}: written to after it was closed`)
      if (making === null) throw new KoffError('SINK_FAILED', `topic ${topic}: written to before it was opened`)
      for (const messages of messageBatches(events, making)) {
        await retry(() => attempt(() => send(messages), signal), { signal, timeoutMs: deliveryTimeoutMs, retried })
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true
      discard()
      const patience = new AbortController()
      // A broker that is gone must not keep koff from ending.
      await Promise.race([pending, sleep(5_000, undefined, { signal: patience.signal }).catch(ignore)])
      patience.abort()
    },
  }
}

function ignore(): void {}
