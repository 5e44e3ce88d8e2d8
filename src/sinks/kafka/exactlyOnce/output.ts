import { hostname } from 'node:os'
import { abortable } from '../../../base/abortable.ts'
import { KoffError } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import { retry } from '../../../base/retry.ts'
import { type StateLog, wholeState } from '../../../delivery/committedEntries.ts'
import type { Output } from '../../../delivery/output.ts'
import { type Cluster, openCluster } from '../../../kafka/client/cluster.ts'
import { type LeaderTable, leaderTable } from '../../../kafka/client/leaderTable.ts'
import type { BrokerOptions } from '../../../kafka/net/brokerOptions.ts'
import { brokerFault } from '../brokerFault.ts'
import { kafkaClient } from '../client.ts'
import { eventTopics } from '../eventTopics.ts'
import { routesText, topicsOf } from '../routes.ts'
import { ensureTopic, type TopicPlan } from '../topic.ts'
import { type ContentOptions, openTopicEncoder, type TopicEncoder } from '../topicEncoder.ts'
import { ownerKey } from './owner.ts'
import { ownPartition } from './ownPartition.ts'

export interface ExactlyOnceOptions extends BrokerOptions, ContentOptions {
  /** Of the deployment: its transactional ids are `<name>-<partition>`. */
  readonly name: string
  /** Of a topic of events, where koff has to create it; 8 unless given. */
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
  readonly log: Log
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
  const { routes, stateTopic, openTimeoutMs = 30_000 } = options
  const kafka = kafkaClient(options)
  const owner = { host: hostname(), pid: process.pid }
  const closing = new AbortController()
  let opened: Opened | null = null

  const prepare = async (signal: AbortSignal) => {
    const { partitions = 8, statePartitions, replicationFactor, minInsyncReplicas } = options
    const shape = { replicationFactor, minInsyncReplicas, brokers: options.brokers }
    const ensure = async (plan: Omit<TopicPlan, 'brokers'>) => {
      try {
        return await ensureTopic(kafka, { ...plan, ...shape })
      } catch (error) {
        throw brokerFault(error, { ...options, topic: plan.topic })
      }
    }
    const partitionOf = await eventTopics(topicsOf(routes, options.types), topic =>
      ensure({ topic, partitions, cleanupPolicy: 'delete' }),
    )
    await ensure({ topic: stateTopic, partitions: statePartitions, cleanupPolicy: 'compact', exactPartitions: true })
    const cluster = await openCluster(options, signal)
    return { cluster, leaders: leaderTable(cluster, closing.signal), partitionOf }
  }

  return {
    name: 'kafka',
    async open(signal, opening) {
      const encoder = await openTopicEncoder(options, { signal, opening, log: options.log })
      const watch = opening?.(`Kafka at ${options.brokers.join(',')}`)
      const prepared = await retry(() => abortable(prepare(signal), signal), {
        signal,
        timeoutMs: openTimeoutMs,
        watch,
      })
      opened = { encoder, ...prepared }
    },
    async own(partition, signal) {
      if (opened === null) throw new KoffError('SINK_FAILED', `topic ${routesText(routes)}: used before it was opened`)
      const owned = await ownPartition({ ...options, ...opened, owner, partition, closing: closing.signal }, signal)
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
    async [Symbol.asyncDispose]() {
      closing.abort()
      opened?.cluster.close()
    },
  }
}

interface Opened {
  readonly encoder: TopicEncoder
  readonly cluster: Cluster
  readonly leaders: LeaderTable
  readonly partitionOf: (topic: string, group: string) => number
}
