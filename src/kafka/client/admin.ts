import { KoffError } from '../../base/errors.ts'
import type { LogEndInput, TopicInput } from '../../state/input.ts'
import type { BrokerOptions } from '../net/brokerOptions.ts'
import { codes } from '../protocol/errors.ts'
import { listOffsets, logEnd, logStart } from '../protocol/listOffsets.ts'
import type { TopicPartition } from '../protocol/metadata.ts'
import { openCluster } from './cluster.ts'
import type { BrokerConnection } from './connection.ts'
import { connectionPool } from './connectionPool.ts'
import { type LedPartition, leaderTable } from './leaderTable.ts'

/** Questions about a cluster, over connections of its own. */
export interface KafkaAdmin extends AsyncDisposable {
  /** Kafka's cluster id. */
  readonly cluster: string
  /**
   * Where the logs of those partitions start and end (the high watermark) now: two requests to each leader, however
   * many partitions. Left out is what nobody can tell: deleted topics, partitions without a leader, topics that koff
   * has no Describe on. Fails with `BROKER_UNREACHABLE` when no broker answers.
   */
  sampleLogEnds(partitions: Iterable<TopicPartition>): Promise<LogEndInput[]>
  /**
   * How many partitions those topics have, at most a minute old; 0 where there is no such topic. Left out is what koff may
   * not see. Brokers before 2.8 give topics no ids: then the id is ''. Fails as `sampleLogEnds` does.
   */
  describeTopics(names: Iterable<string>): Promise<TopicInput[]>
}

/** Fails as `openKafkaSource` does. */
export async function openKafkaAdmin(options: BrokerOptions): Promise<KafkaAdmin> {
  const closing = new AbortController()
  const cluster = await openCluster(options, closing.signal)
  const connections = connectionPool(cluster, closing.signal)
  const leaders = leaderTable(cluster, closing.signal)
  const sample = async (wanted: readonly TopicPartition[]): Promise<LogEndInput[]> => {
    const led = await leaders.find(wanted)
    const groups = Map.groupBy(led, ({ leader }) => leader)
    const answers = await Promise.all(
      [...groups].map(([node, asked]) =>
        connections
          .get(node)
          .then(connection => sampleOf(connection, asked))
          .catch((error: unknown): LogEndInput[] => {
            connections.drop(node)
            if (error instanceof KoffError && error.retriable) return []
            throw error
          }),
      ),
    )
    return answers.flat()
  }
  return {
    cluster: cluster.id,
    sampleLogEnds: async partitions => {
      const wanted = new Map([...partitions].map(wish => [keyOf(wish.topic, wish.partition), wish]))
      const samples = await sample([...wanted.values()])
      for (const { topic, partition } of samples) wanted.delete(keyOf(topic, partition))
      // Leaders move: what was not answered is asked for once more, of whoever leads now.
      const left = [...wanted.values()]
      if (left.length === 0 || !(await leaders.refresh(left))) return samples
      return [...samples, ...(await sample(left))]
    },
    describeTopics: async names =>
      (await leaders.topics(new Set(names))).flatMap(({ name, id, errorCode, partitions }): TopicInput[] => {
        if (errorCode !== 0 && errorCode !== codes.UNKNOWN_TOPIC_OR_PARTITION) return []
        return [{ kind: 'topic', id: id ?? '', name, partitions: partitions.length }]
      }),
    [Symbol.asyncDispose]: async () => {
      closing.abort()
      connections.close()
      cluster.close()
    },
  }
}

async function sampleOf(connection: BrokerConnection, led: readonly LedPartition[]): Promise<LogEndInput[]> {
  const timestamp = Date.now()
  const [starts, ends] = await Promise.all(
    [logStart, logEnd].map(at =>
      connection.send(
        listOffsets,
        led.map(partition => ({ ...partition, at })),
      ),
    ),
  )
  const startOf = new Map(starts?.map(({ topic, partition, offset }) => [keyOf(topic, partition), offset]))
  return (ends ?? []).flatMap(({ topic, partition, offset }): LogEndInput[] => {
    const start = startOf.get(keyOf(topic, partition)) ?? -1
    // With an error there is no offset
    if (start < 0 || offset < 0) return []
    return [{ kind: 'logEnd', topic, partition, logStart: start, logEnd: offset, timestamp }]
  })
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`
}
