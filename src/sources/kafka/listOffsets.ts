import { listOffsetsV5, listOffsetsV6, listOffsetsV7 } from '@platformatic/kafka'
import { answerOf } from '../../cluster/answer.ts'
import { pickVersion } from '../../cluster/apiVersions.ts'
import type { BrokerConnection } from '../../cluster/connection.ts'

/** Times with a meaning of their own (KIP-79). */
export const logStart = -2n
export const logEnd = -1n

export interface OffsetQuery {
  readonly topic: string
  readonly partition: number
  /** -1 where it is not known: then the broker does not check it. */
  readonly leaderEpoch: number
  /** ms since the epoch, or `logStart` or `logEnd` (the high watermark). */
  readonly at: bigint
}

export interface OffsetAnswer {
  readonly topic: string
  readonly partition: number
  /** Kafka's error code, 0 for none. */
  readonly errorCode: number
  /** Of the first record that is not older; -1 where there is none. */
  readonly offset: number
}

const versions = [7, 6, 5] as const
const apis = {
  7: listOffsetsV7.api,
  6: listOffsetsV6.api,
  5: listOffsetsV5.api,
}

const consumer = -1
const readUncommitted = 0

/** Asks a leader for offsets of its partitions, each at most once in a request. Errors are in the answers. */
export async function askOffsets(
  connection: BrokerConnection,
  queries: readonly OffsetQuery[],
): Promise<readonly OffsetAnswer[]> {
  const version = pickVersion('ListOffsets', versions, connection.versions)
  const byTopic = Map.groupBy(queries, ({ topic }) => topic)
  const topics = [...byTopic].map(([name, partitions]) => ({
    name,
    partitions: partitions.map(({ partition, leaderEpoch, at }) => ({
      partitionIndex: partition,
      currentLeaderEpoch: leaderEpoch,
      timestamp: at,
    })),
  }))
  const answer = await connection.request('ListOffsets', library =>
    answerOf(apis[version].async(library, consumer, readUncommitted, topics)),
  )
  return answer.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, errorCode, offset }) => ({
      topic: name,
      partition: partitionIndex,
      errorCode,
      offset: Number(offset),
    })),
  )
}
