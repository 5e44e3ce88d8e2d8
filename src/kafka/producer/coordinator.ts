import { setTimeout as sleep } from 'node:timers/promises'
import { type RetryOptions, retry } from '../../base/retry.ts'
import type { Cluster } from '../client/cluster.ts'
import { anyBroker } from '../client/cluster.ts'
import type { BrokerConnection } from '../client/connection.ts'
import type { ConnectionPool } from '../client/connectionPool.ts'
import { codes } from '../protocol/errors.ts'
import type { TopicPartition } from '../protocol/metadata.ts'
import { addPartitionsToTxn, endTxn, findCoordinator, initProducerId } from '../protocol/transactions.ts'
import type { ProducerIdentity } from '../records/batchEncoder.ts'
import { type RejectedRequest, rejection } from './rejection.ts'
import { Settling } from './settling.ts'

/** The broker that coordinates the transactions of one transactional id (KIP-98), also after a move. */
export interface TransactionCoordinator {
  /** Fences the previous producer of the id, and resolves when its open transaction is settled. */
  initProducerId(): Promise<ProducerIdentity>
  /** Needed before the first record of a partition in a transaction. */
  addPartitions(identity: ProducerIdentity, partitions: readonly TopicPartition[]): Promise<void>
  /** Resolves when the outcome is final. It may be repeated with the same outcome. */
  end(identity: ProducerIdentity, committed: boolean): Promise<void>
}

export interface CoordinatorOptions {
  readonly cluster: Cluster
  readonly pool: ConnectionPool
  readonly transactionalId: string
  readonly transactionTimeoutMs: number
  /** How long each request is retried. */
  readonly retries: RetryOptions
}

/** Requests fail with a retriable `KoffError` when the time is over, and with a `RequestRejected` at once. */
export function transactionCoordinator(options: CoordinatorOptions): TransactionCoordinator {
  const { cluster, pool, transactionalId, transactionTimeoutMs, retries } = options
  let node: number | null = null
  const settling = new Settling()

  const call = <T>({ send, request, pauses }: Call<T>): Promise<T> =>
    retry(
      async () => {
        const coordinator = node ?? (await nodeOfCoordinator(cluster, transactionalId, retries.signal))
        // Looked up again after a missing response, or when the coordinator has moved.
        node = null
        const connection = await pool.get(coordinator)
        const { value, errorCode, topic } = await send(connection)
        if (!moved.has(errorCode)) node = coordinator
        if (errorCode !== 0) throw rejection(errorCode, { broker: connection.broker, request, ...topic })
        return value
      },
      { ...retries, ...pauses },
    )

  return {
    initProducerId: () =>
      call({
        request: initProducerId.name,
        send: async to => {
          const { errorCode, ...value } = await to.send(initProducerId, { transactionalId, transactionTimeoutMs })
          return { errorCode, value }
        },
      }),
    addPartitions: async (identity, partitions) => {
      const delayMs = settling.delayMs(performance.now())
      if (delayMs >= 1) await sleep(delayMs, undefined, { signal: retries.signal })
      return call({
        request: addPartitionsToTxn.name,
        pauses: whileMarkersAreWritten,
        send: async to => {
          settling.tried()
          const added = await to.send(addPartitionsToTxn, { transactionalId, ...identity, partitions })
          const failed = added.filter(({ errorCode }) => errorCode !== 0)
          // Where one partition is rejected, the others are not attempted: the reason is that of the rejected one.
          const first = failed.find(({ errorCode }) => errorCode !== codes.OPERATION_NOT_ATTEMPTED) ?? failed[0]
          if (first !== undefined)
            return { errorCode: first.errorCode, topic: { topic: first.topic }, value: undefined }
          settling.settled(performance.now())
          return { errorCode: 0, value: undefined }
        },
      })
    },
    end: async (identity, committed) => {
      await call({
        request: endTxn.name,
        send: async to => ({
          errorCode: await to.send(endTxn, { transactionalId, ...identity, committed }),
          value: undefined,
        }),
      })
      settling.begin(performance.now())
    },
  }
}

interface Call<T> {
  readonly request: string
  readonly send: (to: BrokerConnection) => Promise<Outcome<T>>
  readonly pauses?: Pick<RetryOptions, 'firstPauseMs' | 'maxPauseMs'>
}

interface Outcome<T> {
  readonly errorCode: number
  /** The topic that the error is about, if any. */
  readonly topic?: Pick<RejectedRequest, 'topic'>
  readonly value: T
}

const moved: ReadonlySet<number> = new Set([codes.COORDINATOR_NOT_AVAILABLE, codes.NOT_COORDINATOR])

/** A transaction waits for the markers of the one before it: a few milliseconds, longer on a busy broker. */
const whileMarkersAreWritten = { firstPauseMs: 2, maxPauseMs: 20 }

/** Node id of the broker. The first transaction of a cluster makes the broker create a topic, which takes a moment. */
async function nodeOfCoordinator(cluster: Cluster, transactionalId: string, signal: AbortSignal): Promise<number> {
  const connection = await anyBroker(cluster, signal)
  const { errorCode, node } = await connection.send(findCoordinator, { kind: 'transaction', id: transactionalId })
  if (errorCode !== 0) throw rejection(errorCode, { broker: connection.broker, request: findCoordinator.name })
  if (!cluster.nodes().includes(node)) await cluster.metadata({ names: [] }, signal)
  return node
}
