import { offsetForLeaderEpochV3, offsetForLeaderEpochV4 } from '@platformatic/kafka'
import { answerOf } from '../../cluster/answer.ts'
import { pickVersion } from '../../cluster/apiVersions.ts'
import type { BrokerConnection } from '../../cluster/connection.ts'

export interface EpochQuery {
  readonly partition: number
  /** The partition's present one. */
  readonly leaderEpoch: number
  /** Under which the last record that was read had been written. */
  readonly lastEpoch: number
}

export interface EpochAnswer {
  readonly partition: number
  /** Kafka's error code, 0 for none. */
  readonly errorCode: number
  /** The last epoch up to `lastEpoch` that the leader's log has, -1 where it does not know. */
  readonly epoch: number
  /** Where that epoch's records end in the leader's log, -1 where it does not know. */
  readonly endOffset: number
}

const versions = [4, 3] as const
const apis = { 4: offsetForLeaderEpochV4.api, 3: offsetForLeaderEpochV3.api }

const consumer = -1

/** Asks a leader how far its log is the one that was read (KIP-101, KIP-320). Errors are in the answers. */
export async function askEpochEnds(
  connection: BrokerConnection,
  topic: string,
  queries: readonly EpochQuery[],
): Promise<readonly EpochAnswer[]> {
  const version = pickVersion('OffsetForLeaderEpoch', versions, connection.versions)
  const partitions = queries.map(({ partition, leaderEpoch, lastEpoch }) => ({
    partitionIndex: partition,
    currentLeaderEpoch: leaderEpoch,
    leaderEpoch: lastEpoch,
  }))
  const answer = await connection.request('OffsetForLeaderEpoch', library =>
    answerOf(apis[version].async(library, consumer, [{ name: topic, partitions }])),
  )
  return answer.topics.flatMap(answered =>
    answered.partitions.map(({ partition, errorCode, leaderEpoch, endOffset }) => ({
      partition,
      errorCode,
      epoch: leaderEpoch,
      endOffset: Number(endOffset),
    })),
  )
}
