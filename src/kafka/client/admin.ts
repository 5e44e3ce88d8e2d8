import { KoffError } from '../../base/errors.ts'
import type { BrokerOptions } from '../net/brokerOptions.ts'
import { describeTopicConfig } from '../protocol/describeConfigs.ts'
import { codes } from '../protocol/errors.ts'
import { listOffsets, logEnd, logStart } from '../protocol/listOffsets.ts'
import type { TopicPartition } from '../protocol/metadata.ts'
import { anyBroker } from './anyBroker.ts'
import { openCluster } from './cluster.ts'
import type { BrokerConnection } from './connection.ts'
import { connectionPool } from './connectionPool.ts'
import { type LedPartition, leaderTable } from './leaderTable.ts'

/** Where the log of a partition starts and ends (the high watermark). */
export interface LogRange extends TopicPartition {
  /** The id that the topic had when its leaders were last looked up; absent from brokers before 2.8, which have no ids. */
  readonly topicId?: string
  readonly logStart: number
  readonly logEnd: number
  /** When the leader answered, ms since the epoch. */
  readonly timestamp: number
}

export interface DescribedTopic {
  readonly name: string
  /** '' from brokers before 2.8, which have no topic ids. */
  readonly id: string
  /** Number of partitions; 0 where the topic does not exist. */
  readonly partitions: number
}

/** Requests about a cluster, over connections of its own. */
export interface KafkaAdmin extends AsyncDisposable {
  /** Kafka's cluster id. */
  readonly cluster: string
  /**
   * The start and the end of the logs of those partitions now: two requests to each leader, however many partitions.
   * Without deleted topics, partitions without a leader, and topics without Describe. Fails with `BROKER_UNREACHABLE`
   * when no broker answers.
   */
  sampleLogEnds(partitions: Iterable<TopicPartition>): Promise<LogRange[]>
  /**
   * Id and number of partitions of those topics, at most `ageMs` old, a minute unless given. Without topics that the
   * client may not see. Fails as `sampleLogEnds` does.
   */
  describeTopics(names: Iterable<string>, ageMs?: number): Promise<DescribedTopic[]>
  /** The settings of a topic, by name; null without DescribeConfigs on the topic. Fails as `sampleLogEnds` does. */
  topicConfig(topic: string): Promise<ReadonlyMap<string, string | null> | null>
}

/** Fails as `openCluster` does. */
export async function openKafkaAdmin(options: BrokerOptions): Promise<KafkaAdmin> {
  const closing = new AbortController()
  const cluster = await openCluster(options, closing.signal)
  const connections = connectionPool(cluster, closing.signal)
  const leaders = leaderTable(cluster, closing.signal)
  const sample = async (wanted: readonly TopicPartition[]): Promise<LogRange[]> => {
    const led = await leaders.find(wanted)
    const groups = Map.groupBy(led, ({ leader }) => leader)
    const samples = await Promise.all(
      [...groups].map(([node, ofLeader]) =>
        connections
          .get(node)
          .then(connection => sampleOf(connection, ofLeader))
          .catch((error: unknown): LogRange[] => {
            connections.drop(node)
            if (error instanceof KoffError && error.retriable) return []
            throw error
          }),
      ),
    )
    return samples.flat()
  }
  return {
    cluster: cluster.id,
    sampleLogEnds: async partitions => {
      const wanted = new Map([...partitions].map(wish => [keyOf(wish.topic, wish.partition), wish]))
      const samples = await sample([...wanted.values()])
      for (const { topic, partition } of samples) wanted.delete(keyOf(topic, partition))
      // Leaders move: partitions without an answer are requested once more, from their new leaders.
      const left = [...wanted.values()]
      if (left.length === 0 || !(await leaders.refresh(left))) return samples
      return [...samples, ...(await sample(left))]
    },
    describeTopics: async (names, ageMs) =>
      (await leaders.topics(new Set(names), ageMs)).flatMap(({ name, id, errorCode, partitions }): DescribedTopic[] => {
        if (errorCode !== 0 && errorCode !== codes.UNKNOWN_TOPIC_OR_PARTITION) return []
        return [{ id: id ?? '', name, partitions: partitions.length }]
      }),
    topicConfig: async topic => {
      const { errorCode, values } = await (await anyBroker(cluster, closing.signal)).send(describeTopicConfig, topic)
      return errorCode === 0 ? values : null
    },
    [Symbol.asyncDispose]: async () => {
      closing.abort()
      connections.close()
      cluster.close()
    },
  }
}

async function sampleOf(connection: BrokerConnection, led: readonly LedPartition[]): Promise<LogRange[]> {
  const timestamp = Date.now()
  const [starts, ends] = await Promise.all(
    [logStart, logEnd].map(at =>
      connection.send(
        listOffsets,
        led.map(partition => ({ ...partition, at })),
      ),
    ),
  )
  const idOf = new Map(led.map(({ topic, topicId }) => [topic, topicId]))
  const startOf = new Map(starts?.map(({ topic, partition, offset }) => [keyOf(topic, partition), offset]))
  return (ends ?? []).flatMap(({ topic, partition, offset }): LogRange[] => {
    const start = startOf.get(keyOf(topic, partition)) ?? -1
    // There is no offset with an error.
    if (start < 0 || offset < 0) return []
    const topicId = idOf.get(topic) ?? null
    return [{ topic, ...(topicId === null ? {} : { topicId }), partition, logStart: start, logEnd: offset, timestamp }]
  })
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`
}
