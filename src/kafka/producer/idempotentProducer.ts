import type { RetryOptions } from '../../base/retry.ts'
import { anyBroker } from '../client/anyBroker.ts'
import type { Cluster } from '../client/cluster.ts'
import { connectionPool } from '../client/connectionPool.ts'
import type { LeaderTable } from '../client/leaderTable.ts'
import { askProducerId } from '../protocol/coordinatorRequests.ts'
import type { PartitionBatch } from '../protocol/produceRequest.ts'
import { batchHeaders, type NextHeader } from './batchHeaders.ts'
import { deliver } from './deliver.ts'
import { refusal } from './refusal.ts'

export interface IdempotentProducerOptions {
  readonly cluster: Cluster
  readonly leaders: LeaderTable
}

/**
 * Writes without transactions; while it lives, nothing comes twice (KIP-98). After any failure it is of no use any more:
 * whether the broker has what was sent last is open, and with it which sequence number comes next.
 */
export interface IdempotentProducer extends Disposable {
  readonly header: NextHeader
  /** Resolves when all in-sync replicas have the batches: of each partition one at most. */
  send(batches: readonly PartitionBatch[], retries: RetryOptions): Promise<void>
}

/**
 * Gets a producer id of its own.
 * @throws KoffError, retriable, where a moment later it can work; Refusal where the broker refuses it.
 */
export async function openIdempotentProducer(
  { cluster, leaders }: IdempotentProducerOptions,
  signal: AbortSignal,
): Promise<IdempotentProducer> {
  const connection = await anyBroker(cluster, signal)
  const { errorCode, ...identity } = await askProducerId(connection, null, noTransactions)
  if (errorCode !== 0) throw refusal(errorCode, { broker: connection.broker, request: 'InitProducerId' })
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

/** The timeout of a transaction that there never is, as the Java client gives it. */
const noTransactions = 2 ** 31 - 1
