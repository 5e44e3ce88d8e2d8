import { crc32c } from '@node-rs/crc32'
import { KoffError } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import type { Outages } from '../../../base/outages.ts'
import type { Checkpoint, PartitionOutput } from '../../../delivery/output.ts'
import type { StoredPieces } from '../../../delivery/storedPieces.ts'
import type { Cluster } from '../../../kafka/client/cluster.ts'
import type { LeaderTable } from '../../../kafka/client/leaderTable.ts'
import { RequestRejected } from '../../../kafka/producer/rejection.ts'
import { type PartitionRecords, rounds } from '../../../kafka/producer/rounds.ts'
import { openTransactionalProducer, type TransactionalProducer } from '../../../kafka/producer/transactionalProducer.ts'
import { BatchEncoder } from '../../../kafka/records/batchEncoder.ts'
import { eventRecords } from '../eventRecords.ts'
import { leftOutLine } from '../leftOutLine.ts'
import { type LeftOut, type MessageLimits, refusedBatch } from '../messageLimits.ts'
import { isFenced, producerFault } from '../producerFault.ts'
import { type Routes, routesText } from '../routes.ts'
import type { TopicEncoder } from '../topicEncoder.ts'
import { awaitSchemas } from './awaitSchemas.ts'
import { type EncodeGroup, type GroupRecordsOptions, groupRecords } from './groupsTopic.ts'
import { historyRecords } from './historyTopic.ts'
import type { Owner, StoredOwner } from './owner.ts'
import { canBeSmaller, stateRecords, stateRefusedLine } from './stateRecords.ts'

export interface OwnPartitionOptions {
  readonly cluster: Cluster
  readonly leaders: LeaderTable
  readonly brokers: readonly string[]
  readonly name: string
  readonly routes: Routes
  /** Which partition of a topic the events of a group go to. */
  readonly partitionOf: (topic: string, group: string) => number
  readonly stateTopic: string
  readonly encoder: TopicEncoder
  readonly groupsTopic?: string | undefined
  readonly encodeGroup: EncodeGroup | null
  readonly historyTopic?: string | undefined
  readonly limits: MessageLimits
  /** Knows what of the state is stored in pieces. */
  readonly pieces: StoredPieces
  readonly log: Log
  readonly outages: Pick<Outages, 'begin'>
  /** Aborts when writing should end. */
  readonly closing: AbortSignal
  readonly owner: () => Owner & Pick<StoredOwner, 'stateTopicId'>
  /** Of `__consumer_offsets`, and of the state topic. */
  readonly partition: number
  /** Called before each commit; fails where a topic was recreated or deleted. */
  readonly check: () => Promise<void>
}

/**
 * The broker aborts a transaction after this time: longer than any transaction of koff, and not too long for its
 * readers.
 */
const transactionTimeoutMs = 60_000

/**
 * Initialises the transactional id of the partition, which fences its previous owner and ends that owner's open
 * transaction. When it resolves, the state topic has everything that earlier owners will ever write.
 * @throws KoffError, retriable where only time is needed.
 */
export async function ownPartition(
  options: OwnPartitionOptions,
  signal: AbortSignal,
): Promise<Omit<PartitionOutput, 'restore'>> {
  const { cluster, leaders, name, partition, limits, log } = options
  const transactionalId = `${name}-${partition}`
  const fault = (error: unknown): KoffError => {
    const topic = error instanceof RequestRejected && error.topic !== null ? error.topic : routesText(options.routes)
    if (!isFenced(error)) return producerFault(error, { ...options, topic, transactionalId })
    const message = `partition ${partition}: another instance, or a timeout of the broker, ended transactional id ${transactionalId}`
    return new KoffError('SINK_FAILED', message, { retriable: true, cause: error })
  }
  const open = { cluster, leaders, transactionalId, transactionTimeoutMs }
  let producer: TransactionalProducer
  try {
    producer = await openTransactionalProducer(open, signal)
  } catch (error) {
    signal.throwIfAborted()
    throw fault(error)
  }
  const batches = new BatchEncoder(crc32c)
  const notWritten = new Set<string>()
  return {
    async commit(commit) {
      await awaitSchemas(commit.events, options)
      const stateBytes = limits.batchBytes(options.stateTopic)
      try {
        await options.check()
        const leftOut: LeftOut[] = []
        const parts = partsOf(commit, { ...options, notWritten, leaveOut: one => leftOut.push(one) })
        producer.begin(parts)
        const header = producer.header.bind(producer)
        for (const round of rounds(parts, { batches, header })) await producer.send(round)
        await producer.commit()
        for (const one of leftOut) log.warn(...leftOutLine(one, options))
      } catch (error) {
        const batch = refusedBatch(error)
        if (batch !== null && batch.topic === options.stateTopic) {
          if (!canBeSmaller(batch, stateBytes)) throw fault(error)
          log.warn(...stateRefusedLine({ ...options, commit, batch }))
        }
        throw limits.learn(error) ?? fault(error)
      }
    },
    [Symbol.asyncDispose]: () => producer[Symbol.asyncDispose](),
  }
}

/**
 * The events of each partition that they go to, the groups as they are, and the state, which is last: it says which groups
 * were left out.
 */
function partsOf(
  commit: Checkpoint,
  options: OwnPartitionOptions & Pick<GroupRecordsOptions, 'notWritten' | 'leaveOut'>,
): readonly PartitionRecords[] {
  const { stateTopic, groupsTopic: topic, encodeGroup: encode, partition, limits } = options
  const { events, table } = commit
  const groups =
    table === undefined || topic === undefined || encode === null
      ? []
      : groupRecords(table.groups, { ...options, topic, encode })
  const batchBytes = limits.batchBytes(stateTopic)
  const state = {
    topic: stateTopic,
    partition,
    records: stateRecords(commit, options),
    ...(batchBytes === undefined ? {} : { batchBytes }),
  }
  return [...eventRecords(events, options), ...groups, ...historyRecords(commit, options), state]
}
