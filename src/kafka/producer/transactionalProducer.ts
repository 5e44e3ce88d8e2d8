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
  /** The time after which the broker aborts a transaction by itself. */
  readonly transactionTimeoutMs: number
}

/**
 * One transactional id, one transaction at a time (KIP-98). It must not be used after a failure: the next owner that
 * initialises the id learns the outcome of the transaction.
 */
export interface TransactionalProducer extends AsyncDisposable {
  readonly header: NextHeader
  /** Begins a transaction that writes to those partitions; the first `send` reports a failure of it. */
  begin(partitions: readonly TopicPartition[]): void
  /** Resolves when all in-sync replicas have the batches: at most one of each partition. */
  send(batches: readonly PartitionBatch[]): Promise<void>
  /** Resolves when the transaction is committed. */
  commit(): Promise<void>
}

/** How long a request is retried. A longer failure is an outage, which the caller must report. */
const patienceMs = 5_000
/** Best effort: an abort only spares read_committed consumers a wait, since the broker aborts by itself. */
const courtesyMs = 1_000
/** A commit waits a few milliseconds for the markers of the one before. */
const pauses = { firstPauseMs: 3, maxPauseMs: 250 }

/**
 * Initialises the transactional id, which fences its previous owner and ends that owner's open transaction.
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
