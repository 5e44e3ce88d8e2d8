import type { RetryOptions } from '../../base/retry.ts'
import type { Cluster } from '../client/cluster.ts'
import { connectionPool } from '../client/connectionPool.ts'
import type { LeaderTable } from '../client/leaderTable.ts'
import type { TopicPartition } from '../protocol/metadata.ts'
import type { PartitionBatch } from '../protocol/produce.ts'
import { batchHeaders, type NextHeader } from './batchHeaders.ts'
import { transactionCoordinator } from './coordinator.ts'
import { deliver } from './deliver.ts'

export interface TransactionalProducerOptions {
  readonly cluster: Cluster
  readonly leaders: LeaderTable
  readonly transactionalId: string
  /** After which the broker gives up a transaction by itself. */
  readonly transactionTimeoutMs: number
}

/**
 * One transactional id, one transaction at a time (KIP-98). After any failure it is of no use any more: whoever initialises
 * the id next finds out what became of the transaction.
 */
export interface TransactionalProducer extends AsyncDisposable {
  readonly header: NextHeader
  /** Begins a transaction that writes to those partitions; what fails in it, the first `send` tells. */
  begin(partitions: readonly TopicPartition[]): void
  /** Resolves when all in-sync replicas have the batches: of each partition one at most. */
  send(batches: readonly PartitionBatch[]): Promise<void>
  /** Resolves when it is decided that all that was sent counts. */
  commit(): Promise<void>
}

/** A request is tried again that long. What lasts longer is an outage, and whoever waits has to hear of it. */
const patienceMs = 5_000
/** To make an end of a transaction that failed is a courtesy to its readers: the broker does it by itself in time. */
const courtesyMs = 1_000
/** A commit that follows on another waits for its markers, for a few milliseconds. */
const pauses = { firstPauseMs: 3, maxPauseMs: 250 }

/**
 * Initialises the transactional id, which fences whoever used it before and settles what that one left open.
 * @throws KoffError, retriable, when that takes too long; RequestRejected where the broker rejects it.
 */
export async function openTransactionalProducer(
  options: TransactionalProducerOptions,
  signal: AbortSignal,
): Promise<TransactionalProducer> {
  const { cluster, leaders, transactionalId } = options
  const closing = new AbortController()
  const pool = connectionPool(cluster, closing.signal)
  const retries: RetryOptions = { signal: closing.signal, timeoutMs: patienceMs, ...pauses }
  const coordinator = transactionCoordinator({ ...options, pool, retries })
  const close = () => {
    closing.abort()
    pool.close()
  }
  signal.addEventListener('abort', close)
  const identity = await coordinator.initProducerId().catch((error: unknown) => {
    close()
    signal.throwIfAborted()
    throw error
  })
  signal.removeEventListener('abort', close)

  let begun: Promise<void> | null = null
  return {
    header: batchHeaders(identity, { isTransactional: true }),
    begin(partitions) {
      begun = coordinator.addPartitions(identity, partitions)
      begun.catch(() => undefined)
    },
    async send(batches) {
      await begun
      await deliver(batches, { leaders, pool, transactionalId, retries })
    },
    async commit() {
      await begun
      await coordinator.end(identity, true)
      begun = null
    },
    async [Symbol.asyncDispose]() {
      if (begun !== null) {
        const { promise, resolve } = Promise.withResolvers<void>()
        const giveUp = setTimeout(resolve, courtesyMs)
        coordinator.end(identity, false).then(resolve, () => resolve())
        await promise
        clearTimeout(giveUp)
      }
      close()
    },
  }
}
