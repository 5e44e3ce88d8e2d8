import { hostname } from 'node:os'
import { abortable } from '../../../base/abortable.ts'
import { KoffError } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import type { Outages } from '../../../base/outages.ts'
import { retry } from '../../../base/retry.ts'
import { type StateLog, wholeState } from '../../../delivery/committedEntries.ts'
import type { StoredTable } from '../../../delivery/groupTable.ts'
import type { Output } from '../../../delivery/output.ts'
import { StoredPieces } from '../../../delivery/storedPieces.ts'
import type { Source } from '../../../engine/source.ts'
import { type Cluster, openCluster } from '../../../kafka/client/cluster.ts'
import { type LeaderTable, leaderTable } from '../../../kafka/client/leaderTable.ts'
import type { BrokerOptions } from '../../../kafka/net/brokerOptions.ts'
import { type EventTopics, eventTopics } from '../eventTopics.ts'
import { MessageLimits } from '../messageLimits.ts'
import { routesText, topicsOf } from '../routes.ts'
import { ensureTopic, type TopicPlan } from '../topic.ts'
import { type ContentOptions, openTopicEncoder, type TopicEncoder } from '../topicEncoder.ts'
import type { TopicWatch } from '../topicWatch.ts'
import { type EncodeGroup, groupsIn, openGroupsTopic, tableKey, tableOf } from './groupsTopic.ts'
import { ownerKey, type StoredOwner } from './owner.ts'
import { ownPartition } from './ownPartition.ts'
import { watchStateTopic } from './stateTopic.ts'

export interface ExactlyOnceOptions extends BrokerOptions, ContentOptions {
  /** Of the deployment: its transactional ids are `<name>-<partition>`. */
  readonly name: string
  /** Number of partitions of a topic of events that koff creates; 8 unless given. */
  readonly partitions?: number | undefined
  /** Replication factor of topics that koff creates; the number of brokers, at most 3, unless given. */
  readonly replicationFactor?: number | undefined
  /** min.insync.replicas of topics that koff creates; one less than the replication factor unless given. */
  readonly minInsyncReplicas?: number | undefined
  readonly stateTopic: string
  /** The groups topic, compacted; undefined: none. */
  readonly groupsTopic?: string | undefined
  /** Where goes what a history keeps beside the events; undefined: nowhere. */
  readonly historyTopic?: string | undefined
  /** A group is written there at most once in so long; 1 s unless given. */
  readonly groupsEveryMs?: number | undefined
  /** As many as `__consumer_offsets` has. */
  readonly statePartitions: number
  /** Opens a partition of the state topic for reading to its end, uncommitted. */
  readonly openStateLog: (partition: number, signal: AbortSignal) => Promise<StateLog>
  /** Opens the groups topic for reading to its end, uncommitted. */
  readonly openGroupsLog: (topic: string, signal: AbortSignal) => Promise<Source>
  /**
   * Fails where the deployment would refuse this instance, which writes to these topics: asked before anything is
   * created.
   */
  readonly admit: (topics: readonly string[], signal: AbortSignal) => Promise<void>
  /** How long `open` retries to reach the cluster; 30 s unless given. */
  readonly openTimeoutMs?: number | undefined
  readonly log: Log
  /** Receives partitions that wait for a schema. */
  readonly outages: Pick<Outages, 'begin'>
}

/**
 * Events to a topic and the resulting state to a compacted topic, in one transaction for each source partition.
 * Guarantee: a reader with `read_committed` gets each event exactly once, in order for each group, whichever instance
 * dies. What breaks it: unclean leader election; a state topic that is deleted or truncated; readers that read
 * uncommitted see events of aborted transactions, which are written again.
 * @throws KoffError from `open`: REGISTRY_MISSING, TOPIC_UNFIT, and other permanent failures.
 */
export function exactlyOnceOutput(options: ExactlyOnceOptions): Output {
  const {
    routes,
    stateTopic,
    statePartitions,
    groupsTopic,
    historyTopic,
    groupsEveryMs = 1_000,
    openTimeoutMs = 30_000,
    admit,
    log,
  } = options
  const closing = new AbortController()
  let opened: Opened | null = null
  const limits = new MessageLimits()
  const written = [...topicsOf(routes, options.types), ...(groupsTopic === undefined ? [] : [groupsTopic])]

  const prepare = async (signal: AbortSignal) => {
    const { partitions = 8, replicationFactor, minInsyncReplicas } = options
    const shape = { replicationFactor, minInsyncReplicas, brokers: options.brokers }
    const ensure = (plan: Omit<TopicPlan, 'brokers'>) => ensureTopic(options, { ...plan, ...shape })
    const topics = await eventTopics(written, {
      ensure: topic => ensure({ topic, partitions, cleanupPolicy: topic === groupsTopic ? 'compact' : 'delete' }),
      log,
    })
    if (historyTopic !== undefined) {
      const retentionMs = historyKeptMs
      const shape = { partitions: statePartitions, exactPartitions: true } as const
      await ensure({ topic: historyTopic, ...shape, cleanupPolicy: 'delete', retentionMs })
    }
    await ensure({ topic: stateTopic, partitions: statePartitions, cleanupPolicy: 'compact', exactPartitions: true })
    const cluster = await openCluster(options, signal)
    const leaders = leaderTable(cluster, closing.signal)
    return { cluster, leaders, topics, state: watchStateTopic(stateTopic, statePartitions) }
  }

  const use = (): Opened => {
    if (opened === null) throw new KoffError('SINK_FAILED', `topic ${routesText(routes)}: used before it was opened`)
    return opened
  }
  const check = async () => {
    const { topics, state, leaders } = use()
    await state.check(leaders)
    await topics.check(leaders)
  }

  return {
    name: 'kafka',
    async open(signal, opening) {
      const context = { signal, opening, log }
      const watch = opening?.(`Kafka at ${options.brokers.join(',')}`)
      const attempts = { signal, timeoutMs: openTimeoutMs, watch }
      const topics = historyTopic === undefined ? written : [...written, historyTopic]
      await retry(() => abortable(admit(topics, signal), signal), attempts)
      const encoder = await openTopicEncoder(options, context)
      const encodeGroup = groupsTopic === undefined ? null : await openGroupsTopic(groupsTopic, options, context)
      const prepared = await retry(() => abortable(prepare(signal), signal), attempts)
      opened = { encoder, encodeGroup, ...prepared }
    },
    check,
    async own(partition, signal) {
      const { topics, state } = use()
      await check()
      const owner = () => ({ ...thisProcess, ...(state.shape.id === null ? {} : { stateTopicId: state.shape.id }) })
      const tableId = groupsTopic === undefined ? null : topics.idOf(groupsTopic)
      const checkAll = async () => {
        await check()
        if (groupsTopic === undefined || topics.idOf(groupsTopic) === tableId) return
        const message = `topic ${groupsTopic} was recreated: koff writes all groups to it again`
        throw new KoffError('SINK_FAILED', message, { retriable: true })
      }
      const partitionOf = (topic: string, group: string) => topics.partitionOf(topic, group)
      const { signal: isClosing } = closing
      const pieces = new StoredPieces(partition)
      const owned = await ownPartition(
        { ...options, ...use(), limits, pieces, owner, partition, partitionOf, check: checkAll, closing: isClosing },
        signal,
      )
      let stored: StoredTable | null = null
      return {
        ...owned,
        ...(groupsTopic === undefined
          ? {}
          : {
              table: {
                topic: `${groupsTopic} ${tableId ?? ''}`.trimEnd(),
                everyMs: groupsEveryMs,
                stored: () => stored,
                async shown(until: AbortSignal) {
                  await using log = await options.openGroupsLog(groupsTopic, until)
                  return await groupsIn(log, { topic: groupsTopic, partition, partitions: statePartitions }, until)
                },
              },
            }),
        async *restore(until) {
          await using stateLog = await options.openStateLog(partition, until)
          let last: string | null = null
          for await (const entries of pieces.whole(wholeState(stateLog, stateTopic, until))) {
            for (const entry of entries) {
              if (entry.key === tableKey) stored = tableOf(entry)
              if (entry.key === ownerKey) last = entry.value
            }
            yield entries.filter(({ key }) => key !== ownerKey && key !== tableKey)
          }
          checkOwner(last, state, stateTopic)
        },
      }
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      opened?.cluster.close()
    },
  }
}

/** So long a history may be away. */
const historyKeptMs = 3 * 24 * 3_600_000

interface Opened {
  readonly encoder: TopicEncoder
  /** Null where groups go nowhere. */
  readonly encodeGroup: EncodeGroup | null
  readonly cluster: Cluster
  readonly leaders: LeaderTable
  readonly topics: EventTopics
  readonly state: TopicWatch
}

const thisProcess = { host: hostname(), pid: process.pid }

/** Between the last check and a commit the topic can be recreated: the new one then has only a part of the state. */
function checkOwner(value: string | null, { shape }: TopicWatch, stateTopic: string): void {
  const { stateTopicId = null } = value === null ? {} : (JSON.parse(value) as Partial<StoredOwner>)
  if (stateTopicId === null || shape.id === null || stateTopicId === shape.id) return
  throw new KoffError('STATE_LOST', `topic ${stateTopic} was deleted and created again while koff wrote to it`)
}
