import { hostname } from 'node:os'
import { abortable } from '../../../base/abortable.ts'
import { KoffError } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import { retry } from '../../../base/retry.ts'
import { type StateLog, wholeState } from '../../../delivery/committedEntries.ts'
import type { StoredTable } from '../../../delivery/groupTable.ts'
import type { Output } from '../../../delivery/output.ts'
import { type Cluster, openCluster } from '../../../kafka/client/cluster.ts'
import { type LeaderTable, leaderTable } from '../../../kafka/client/leaderTable.ts'
import type { BrokerOptions } from '../../../kafka/net/brokerOptions.ts'
import { brokerFault } from '../brokerFault.ts'
import { kafkaClient } from '../client.ts'
import { eventTopics } from '../eventTopics.ts'
import { MessageLimits } from '../messageLimits.ts'
import { routesText, topicsOf } from '../routes.ts'
import { ensureTopic, type TopicPlan } from '../topic.ts'
import { type ContentOptions, openTopicEncoder, type TopicEncoder } from '../topicEncoder.ts'
import { type EncodeGroup, openGroupsTopic, tableKey, tableOf } from './groupsTopic.ts'
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
  /** Where each group goes as it is, compacted; undefined: nowhere. */
  readonly groupsTopic?: string | undefined
  /** A group is written there at most once in so long; 1 s unless given. */
  readonly groupsEveryMs?: number | undefined
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
  const { routes, stateTopic, groupsTopic, groupsEveryMs = 1_000, openTimeoutMs = 30_000 } = options
  const kafka = kafkaClient(options)
  const owner = { host: hostname(), pid: process.pid }
  const closing = new AbortController()
  let opened: Opened | null = null
  const limits = new MessageLimits()

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
    const written = [...topicsOf(routes, options.types), ...(groupsTopic === undefined ? [] : [groupsTopic])]
    const partitionOf = await eventTopics(written, topic =>
      ensure({ topic, partitions, cleanupPolicy: topic === groupsTopic ? 'compact' : 'delete' }),
    )
    await ensure({ topic: stateTopic, partitions: statePartitions, cleanupPolicy: 'compact', exactPartitions: true })
    const cluster = await openCluster(options, signal)
    return { cluster, leaders: leaderTable(cluster, closing.signal), partitionOf }
  }

  return {
    name: 'kafka',
    async open(signal, opening) {
      const context = { signal, opening, log: options.log }
      const encoder = await openTopicEncoder(options, context)
      const encodeGroup = groupsTopic === undefined ? null : await openGroupsTopic(groupsTopic, options, context)
      const watch = opening?.(`Kafka at ${options.brokers.join(',')}`)
      const prepared = await retry(() => abortable(prepare(signal), signal), {
        signal,
        timeoutMs: openTimeoutMs,
        watch,
      })
      opened = { encoder, encodeGroup, ...prepared }
    },
    async own(partition, signal) {
      if (opened === null) throw new KoffError('SINK_FAILED', `topic ${routesText(routes)}: used before it was opened`)
      const owned = await ownPartition(
        { ...options, ...opened, limits, owner, partition, closing: closing.signal },
        signal,
      )
      let stored: StoredTable | null = null
      return {
        ...owned,
        ...(groupsTopic === undefined
          ? {}
          : { table: { topic: groupsTopic, everyMs: groupsEveryMs, stored: () => stored } }),
        async *restore(until) {
          await using log = await options.openStateLog(partition, until)
          for await (const entries of wholeState(log, stateTopic, until)) {
            for (const entry of entries) if (entry.key === tableKey) stored = tableOf(entry)
            yield entries.filter(({ key }) => key !== ownerKey && key !== tableKey)
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
  /** Null where groups go nowhere. */
  readonly encodeGroup: EncodeGroup | null
  readonly cluster: Cluster
  readonly leaders: LeaderTable
  readonly partitionOf: (topic: string, group: string) => number
}
