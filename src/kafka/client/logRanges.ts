import { KoffError } from '../../base/errors.ts'
import { type EpochEnd, offsetForLeaderEpoch } from '../protocol/leaderEpochs.ts'
import { type FoundOffset, listOffsets, logEnd, logStart } from '../protocol/listOffsets.ts'
import type { TopicPartition } from '../protocol/metadata.ts'
import type { BrokerConnection } from './connection.ts'
import type { AskLeaders, LeaderCall } from './leaderCalls.ts'
import type { LedPartition } from './leaderTable.ts'

/** Where the log of a partition starts and ends (the high watermark). */
export interface LogRange extends TopicPartition {
  /** The id that the topic had when its leaders were last looked up; absent from brokers before 2.8, which have no ids. */
  readonly topicId?: string
  readonly logStart: number
  readonly logEnd: number
  /** When the leader was asked, ms since the epoch. */
  readonly timestamp: number
  /** When it had answered. */
  readonly answeredAt: number
}

/** What to find: the first record of a partition that is not older than `at`, ms since the epoch. */
export interface TimeQuery extends TopicPartition {
  readonly at: number
}

export function sampleRanges(askLeaders: AskLeaders, partitions: readonly TopicPartition[]): Promise<LogRange[]> {
  return askLeaders(partitions, rangesOf)
}

/** Two requests to each leader. */
async function rangesOf({ connection, led }: LeaderCall): Promise<LogRange[]> {
  const timestamp = Date.now()
  const [starts, ends] = await Promise.all([offsetsAt(connection, led, logStart), offsetsAt(connection, led, logEnd)])
  const answeredAt = Date.now()
  const idOf = new Map(led.map(({ topic, topicId }) => [topic, topicId]))
  const startOf = new Map(starts.map(({ topic, partition, offset }) => [placeOf(topic, partition), offset]))
  return ends.flatMap(({ topic, partition, offset }): LogRange[] => {
    const start = startOf.get(placeOf(topic, partition))
    if (start === undefined) return []
    const topicId = idOf.get(topic) ?? null
    const named = { topic, ...(topicId === null ? {} : { topicId }), partition }
    return [{ ...named, logStart: start, logEnd: offset, timestamp, answeredAt }]
  })
}

/** Partitions that the broker does not lead, and those that koff may not see, are left out. */
export async function offsetsAt(
  connection: BrokerConnection,
  led: readonly LedPartition[],
  at: bigint,
): Promise<readonly FoundOffset[]> {
  const queries = led.map(partition => ({ ...partition, at }))
  return (await connection.send(listOffsets, queries)).filter(({ offset }) => offset >= 0)
}

/** One answer to each query that a leader answers without an error; each partition at most once. */
export function findOffsets(askLeaders: AskLeaders, queries: readonly TimeQuery[]): Promise<FoundOffset[]> {
  const atOf = new Map(queries.map(({ topic, partition, at }) => [placeOf(topic, partition), BigInt(at)]))
  return askLeaders(queries, async ({ connection, led }) => {
    const asked = led.map(partition => ({
      ...partition,
      at: atOf.get(placeOf(partition.topic, partition.partition)) ?? 0n,
    }))
    return (await connection.send(listOffsets, asked)).filter(({ errorCode }) => errorCode === 0)
  })
}

/** Null where the leader does not know that epoch, or speaks no version of the request (before 2.3). */
export async function endOfEpoch(
  askLeaders: AskLeaders,
  { topic, partition }: TopicPartition,
  lastEpoch: number,
): Promise<EpochEnd | null> {
  const answers = await askLeaders([{ topic, partition }], async ({ connection, led }) => {
    const partitions = led.map(({ leaderEpoch }) => ({ partition, leaderEpoch, lastEpoch }))
    return await connection.send(offsetForLeaderEpoch, { topic, partitions })
  }).catch((error: unknown) => {
    if (error instanceof KoffError && error.code === 'UNSUPPORTED') return null
    throw error
  })
  if (answers === null) return null
  const [end] = answers
  if (end === undefined || end.errorCode !== 0) {
    const message = `${topic} ${partition}: no leader says where leader epoch ${lastEpoch} ends`
    throw new KoffError('BROKER_ERROR', message, { retriable: true })
  }
  return end.epoch < 0 || end.endOffset < 0 ? null : end
}

export function placeOf(topic: string, partition: number): string {
  return `${topic}/${partition}`
}
