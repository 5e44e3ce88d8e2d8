import { setTimeout as sleep } from 'node:timers/promises'
import { type RetryOptions, retry } from '../../base/retry.ts'
import { anyBroker } from '../client/anyBroker.ts'
import type { Cluster } from '../client/cluster.ts'
import type { BrokerConnection } from '../client/connection.ts'
import type { ConnectionPool } from '../client/connectionPool.ts'
import type { TopicPartition } from '../client/leaderTable.ts'
import { askCoordinator, askProducerId, askToAddPartitions, askToEnd } from '../protocol/coordinatorRequests.ts'
import type { ProducerIdentity } from '../records/batchEncoder.ts'
import { type RefusedCall, refusal } from './refusal.ts'
import { Settling } from './settling.ts'

/** The broker that keeps the transactions of one transactional id (KIP-98), wherever it is at the moment. */
export interface TransactionCoordinator {
  /** Fences whoever used the id before, and resolves when what that one left open is settled. */
  initProducerId(): Promise<ProducerIdentity>
  /** Has to come before a partition's first record in a transaction. */
  addPartitions(identity: ProducerIdentity, partitions: readonly TopicPartition[]): Promise<void>
  /** Resolves when the outcome is decided for good. Repeating it with the same outcome does no harm. */
  end(identity: ProducerIdentity, committed: boolean): Promise<void>
}

export interface CoordinatorOptions {
  readonly cluster: Cluster
  readonly pool: ConnectionPool
  readonly transactionalId: string
  readonly transactionTimeoutMs: number
  /** Of each request: how long it is tried again. */
  readonly retries: RetryOptions
}

/** Requests fail with a retriable `KoffError` when the time is over, and with a `Refusal` at once. */
export function transactionCoordinator(options: CoordinatorOptions): TransactionCoordinator {
  const { cluster, pool, transactionalId, transactionTimeoutMs, retries } = options
  let node: number | null = null
  const settling = new Settling()

  const ask = <T>({ send, request, pauses }: Call<T>): Promise<T> =>
    retry(
      async () => {
        const asked = node ?? (await findCoordinator(cluster, transactionalId, retries.signal))
        // Whoever does not answer, or says that it is another, is asked for anew.
        node = null
        const connection = await pool.get(asked)
        const { value, errorCode, topic } = await send(connection)
        if (!moved.has(errorCode)) node = asked
        if (errorCode !== 0) throw refusal(errorCode, { broker: connection.broker, request, ...topic })
        return value
      },
      { ...retries, ...pauses },
    )

  return {
    initProducerId: () =>
      ask({
        request: 'InitProducerId',
        send: async to => {
          const { errorCode, ...value } = await askProducerId(to, transactionalId, transactionTimeoutMs)
          return { errorCode, value }
        },
      }),
    addPartitions: async (identity, partitions) => {
      const delayMs = settling.delayMs(performance.now())
      if (delayMs >= 1) await sleep(delayMs, undefined, { signal: retries.signal })
      return ask({
        request: 'AddPartitionsToTxn',
        pauses: whileMarkersAreWritten,
        send: async to => {
          settling.tried()
          const added = await askToAddPartitions(to, { transactionalId, ...identity }, partitions)
          const failed = added.filter(({ errorCode }) => errorCode !== 0)
          // Where one partition is refused, the others are only not attempted: the reason counts.
          const first = failed.find(({ errorCode }) => errorCode !== OPERATION_NOT_ATTEMPTED) ?? failed[0]
          if (first !== undefined)
            return { errorCode: first.errorCode, topic: { topic: first.topic }, value: undefined }
          settling.settled(performance.now())
          return { errorCode: 0, value: undefined }
        },
      })
    },
    end: async (identity, committed) => {
      await ask({
        request: 'EndTxn',
        send: async to => ({
          errorCode: await askToEnd(to, { transactionalId, ...identity }, committed),
          value: undefined,
        }),
      })
      settling.begin(performance.now())
    },
  }
}

interface Call<T> {
  readonly request: string
  readonly send: (to: BrokerConnection) => Promise<Answer<T>>
  readonly pauses?: Pick<RetryOptions, 'firstPauseMs' | 'maxPauseMs'>
}

interface Answer<T> {
  readonly errorCode: number
  /** What the error is about, where it is about a topic. */
  readonly topic?: Pick<RefusedCall, 'topic'>
  readonly value: T
}

const COORDINATOR_NOT_AVAILABLE = 15
const NOT_COORDINATOR = 16
const OPERATION_NOT_ATTEMPTED = 55
const moved: ReadonlySet<number> = new Set([COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR])

/** What a transaction that follows at once on another has to wait for: a few milliseconds, more where a broker is busy. */
const whileMarkersAreWritten = { firstPauseMs: 2, maxPauseMs: 20 }

/** Node id of the broker. A cluster without transactions so far makes their topic now, which takes a moment. */
async function findCoordinator(cluster: Cluster, transactionalId: string, signal: AbortSignal): Promise<number> {
  const connection = await anyBroker(cluster, signal)
  const { errorCode, node } = await askCoordinator(connection, transactionalId)
  if (errorCode !== 0) throw refusal(errorCode, { broker: connection.broker, request: 'FindCoordinator' })
  if (!cluster.nodes().includes(node)) await cluster.metadata({ names: [] }, signal)
  return node
}
