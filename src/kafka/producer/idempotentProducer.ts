import type { RetryOptions } from '../../base/retry.ts'
import type { Cluster } from '../client/cluster.ts'
import { anyBroker } from '../client/cluster.ts'
import { connectionPool } from '../client/connectionPool.ts'
import type { LeaderTable } from '../client/leaderTable.ts'
import type { PartitionBatch } from '../protocol/produce.ts'
import { initProducerId } from '../protocol/transactions.ts'
import { batchHeaders, type NextHeader } from './batchHeaders.ts'
import { deliver } from './deliver.ts'
import { rejection } from './rejection.ts'

export interface IdempotentProducerOptions {
  readonly cluster: Cluster
  readonly leaders: LeaderTable
}

/**
 * Writes without transactions, each record once (KIP-98). It must not be used after a failure: whether the broker has the
 * last batch is then unknown, and so is the next sequence number.
 */
export interface IdempotentProducer extends Disposable {
  readonly header: NextHeader
  /** Resolves when all in-sync replicas have the batches: at most one of each partition. */
  send(batches: readonly PartitionBatch[], retries: RetryOptions): Promise<void>
}

/**
 * Gets a new producer id.
 * @throws KoffError, retriable, where it can succeed later; RequestRejected where it cannot.
 */
export async function openIdempotentProducer(
  { cluster, leaders }: IdempotentProducerOptions,
  signal: AbortSignal,
): Promise<IdempotentProducer> {
  const connection = await anyBroker(cluster, signal)
  const init = { transactionalId: null, transactionTimeoutMs: noTransactions }
  const { errorCode, ...identity } = await connection.send(initProducerId, init)
  if (errorCode !== 0) throw rejection(errorCode, { broker: connection.broker, request: initProducerId.name })
  const closing = new AbortController()
  const pool = connectionPool(cluster, closing.signal)
  return {
    header: batchHeaders(identity, { isTransactional: false }),
    send: (batches, retries) => deliver(batches, { leaders, pool, transactionalId: null, retries }),
    [Symbol.dispose]() {
      closing.abort()
      pool.close()
    },
  }
}

/** The transaction timeout of a producer without transactions, as in the Java client. */
const noTransactions = 2 ** 31 - 1
