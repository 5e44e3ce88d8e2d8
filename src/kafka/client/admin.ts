import type { BrokerOptions } from '../net/brokerOptions.ts'
import { describeTopicConfig } from '../protocol/describeConfigs.ts'
import type { ShareGroupOffsets } from '../protocol/describeShareGroupOffsets.ts'
import { codes } from '../protocol/errors.ts'
import type { EpochEnd } from '../protocol/leaderEpochs.ts'
import type { FoundOffset } from '../protocol/listOffsets.ts'
import type { TopicPartition } from '../protocol/metadata.ts'
import { anyBroker, openCluster } from './cluster.ts'
import { connectionPool } from './connectionPool.ts'
import { type CoordinatedGroups, type ListedGroups, listGroupsOf, shareOffsetsOf } from './coordinators.ts'
import { leaderCalls } from './leaderCalls.ts'
import { leaderTable } from './leaderTable.ts'
import { endOfEpoch, findOffsets, type LogRange, placeOf, sampleRanges, type TimeQuery } from './logRanges.ts'

export type { LogRange } from './logRanges.ts'

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
  /**
   * The groups in some states of the coordinators that lead these partitions of `__consumer_offsets`; a broker that cannot
   * answer now is left out. Fails as `sampleLogEnds` does.
   */
  listGroups(partitions: readonly TopicPartition[], states: readonly string[]): Promise<readonly ListedGroups[]>
  /** Where share groups stand, those that a coordinator says nothing of left out. Fails as `sampleLogEnds` does. */
  shareGroupOffsets(wanted: readonly CoordinatedGroups[]): Promise<readonly ShareGroupOffsets[]>
  /** The first records that are not older than given times; each partition at most once. Fails as `sampleLogEnds` does. */
  findOffsets(queries: readonly TimeQuery[]): Promise<readonly FoundOffset[]>
  /**
   * Where the records of a leader epoch end in the leader's log, or those of the last epoch before it that the log has
   * (KIP-320); null where the leader does not know. Fails with a retriable `BROKER_ERROR` while no leader answers.
   */
  endOfEpoch(partition: TopicPartition, epoch: number): Promise<EpochEnd | null>
  /**
   * The settings of a topic, by name; null where koff may not see them, which takes DescribeConfigs on the topic. Fails as
   * `sampleLogEnds` does.
   */
  topicConfig(topic: string): Promise<ReadonlyMap<string, string | null> | null>
}

/** Fails as `openCluster` does. */
export async function openKafkaAdmin(options: BrokerOptions): Promise<KafkaAdmin> {
  const closing = new AbortController()
  const cluster = await openCluster(options, closing.signal)
  const connections = connectionPool(cluster, closing.signal)
  const leaders = leaderTable(cluster, closing.signal)
  const askLeaders = leaderCalls(leaders, connections)
  return {
    cluster: cluster.id,
    sampleLogEnds: async partitions => {
      const wanted = new Map([...partitions].map(wish => [placeOf(wish.topic, wish.partition), wish]))
      const samples = await sampleRanges(askLeaders, [...wanted.values()])
      for (const { topic, partition } of samples) wanted.delete(placeOf(topic, partition))
      // Leaders move: partitions without an answer are asked for once more, at their new leaders.
      const left = [...wanted.values()]
      if (left.length === 0 || !(await leaders.refresh(left))) return samples
      return [...samples, ...(await sampleRanges(askLeaders, left))]
    },
    describeTopics: async (names, ageMs) =>
      (await leaders.topics(new Set(names), ageMs)).flatMap(({ name, id, errorCode, partitions }): DescribedTopic[] => {
        if (errorCode !== 0 && errorCode !== codes.UNKNOWN_TOPIC_OR_PARTITION) return []
        return [{ id: id ?? '', name, partitions: partitions.length }]
      }),
    listGroups: (partitions, states) => listGroupsOf(askLeaders, partitions, states),
    shareGroupOffsets: wanted => shareOffsetsOf(askLeaders, wanted),
    findOffsets: queries => findOffsets(askLeaders, queries),
    endOfEpoch: (partition, epoch) =>
      endOfEpoch(askLeaders, partition, epoch).catch(async (error: unknown) => {
        // Leaders move: the next attempt asks the new one.
        await leaders.refresh([partition])
        throw error
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
