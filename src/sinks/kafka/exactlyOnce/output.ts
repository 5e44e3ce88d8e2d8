import { hostname } from 'node:os'
import { KoffError } from '../../../errors.ts'
import { abortable } from '../../../runtime/abortable.ts'
import { type StateLog, wholeState } from '../../../runtime/delivery/committedEntries.ts'
import type { Output } from '../../../runtime/delivery/output.ts'
import { type EventEncoder, openEventEncoder } from '../../../runtime/registry/eventEncoder.ts'
import type { RegistryOptions } from '../../../runtime/registry/options.ts'
import { retry } from '../../../runtime/retry.ts'
import { brokerFault } from '../brokerFault.ts'
import { type KafkaClientOptions, kafkaClient } from '../client.ts'
import { ensureTopic, type TopicPlan } from '../topic.ts'
import { ownerKey } from './owner.ts'
import { ownPartition } from './ownPartition.ts'

export interface ExactlyOnceOptions extends KafkaClientOptions {
  /** Of the deployment: its transactional ids are `<name>-<partition>`. */
  readonly name: string
  /** Of the events. */
  readonly topic: string
  /** Events are Avro, and nobody can read that without the registry: `open` fails without one. */
  readonly registry?: RegistryOptions | undefined
  /** Of the topic of the events, where koff has to create it; 8 unless given. */
  readonly partitions?: number | undefined
  /** Of topics that koff has to create; as many as there are brokers, at most 3, unless given. */
  readonly replicationFactor?: number | undefined
  /** Of topics that koff has to create; one less than the replication factor unless given. */
  readonly minInsyncReplicas?: number | undefined
  readonly stateTopic: string
  /** As many as `__consumer_offsets` has. */
  readonly statePartitions: number
  /** Opens a partition of the state topic for reading to its end, uncommitted. */
  readonly openStateLog: (partition: number, signal: AbortSignal) => Promise<StateLog>
  /** How long `open` tries to reach the cluster; 30 s unless given. */
  readonly openTimeoutMs?: number | undefined
}

/**
 * Events to a topic, the state that they leave behind to a compacted topic, in one transaction for each source partition.
 *
 * Guarantee: who reads the events with `read_committed` finds each exactly once, in order for each group, whoever dies
 * when. What breaks it: unclean leader election; a state topic that is deleted, or truncated by hand; readers that read
 * uncommitted see events of transactions that were aborted and are written again.
 * @throws KoffError from `open`: REGISTRY_MISSING, TOPIC_UNFIT, and whatever else makes writing impossible.
 */
export function exactlyOnceOutput(options: ExactlyOnceOptions): Output {
  const { topic, stateTopic, openTimeoutMs = 30_000 } = options
  const kafka = kafkaClient(options)
  const owner = { host: hostname(), pid: process.pid }
  let encoder: EventEncoder | null = null
  let topicPartitions = 1

  const prepare = async () => {
    const { partitions = 8, statePartitions, replicationFactor, minInsyncReplicas } = options
    const shape = { replicationFactor, minInsyncReplicas }
    const ensure = async (plan: TopicPlan) => {
      try {
        return await ensureTopic(kafka, { ...plan, ...shape })
      } catch (error) {
        throw brokerFault(error, { ...options, topic: plan.topic })
      }
    }
    topicPartitions = await ensure({ topic, partitions, cleanupPolicy: 'delete' })
    await ensure({ topic: stateTopic, partitions: statePartitions, cleanupPolicy: 'compact', exactPartitions: true })
  }

  return {
    name: 'kafka',
    async open(signal, opening) {
      if (options.registry === undefined) {
        throw new KoffError(
          'REGISTRY_MISSING',
          `topic ${topic}: events are written as Avro, which needs a schema registry; set registry.url, or write to stdout`,
        )
      }
      encoder = await openEventEncoder(options.registry, topic, { signal, opening })
      const watch = opening?.(`Kafka at ${options.brokers.join(',')}`)
      await retry(() => abortable(prepare(), signal), { signal, timeoutMs: openTimeoutMs, watch })
    },
    async own(partition, signal) {
      if (encoder === null) throw new KoffError('SINK_FAILED', `topic ${topic}: used before it was opened`)
      const owned = await ownPartition({ ...options, kafka, encoder, owner, topicPartitions, partition }, signal)
      return {
        ...owned,
        async *restore(until) {
          await using log = await options.openStateLog(partition, until)
          for await (const entries of wholeState(log, stateTopic, until)) {
            yield entries.filter(({ key }) => key !== ownerKey)
          }
        },
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}
