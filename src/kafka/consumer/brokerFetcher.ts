import { setTimeout as sleep } from 'node:timers/promises'
import { KoffError } from '../../base/errors.ts'
import type { Cluster } from '../client/cluster.ts'
import type { BrokerConnection } from '../client/connection.ts'
import type { OpenSocket } from '../net/socket.ts'
import { errorName } from '../protocol/errors.ts'
import type { FetchRequest, FetchResponse, Isolation } from '../protocol/fetch.ts'
import { type EpochEnd, offsetForLeaderEpoch } from '../protocol/leaderEpochs.ts'
import { type FoundOffset, listOffsets, logEnd } from '../protocol/listOffsets.ts'
import type { Request } from '../protocol/request.ts'
import type { ReaderThread } from '../thread/readerThread.ts'
import { type Cursor, type Lookup, lastEpoch } from './cursor.ts'
import type { BrokerTask } from './fetchSession.ts'

/** Sends tasks to one broker, one at a time, and keeps the outcome until it is taken. */
export interface BrokerFetcher {
  /** True while no task is in flight and no outcome waits. */
  readonly isIdle: boolean
  /** Only while idle. Calls `wake` when there is an outcome. */
  start(task: BrokerTask): void
  take(): Outcome | null
  close(): void
}

export type Outcome =
  | OutcomeOf<'offsets', readonly FoundOffset[]>
  | OutcomeOf<'epochs', readonly EpochEnd[]>
  | OutcomeOf<'fetch', FetchResponse>
  | OutcomeOf<'failed', unknown>

interface OutcomeOf<K extends string, R> {
  readonly kind: K
  readonly task: BrokerTask
  /** host:port */
  readonly broker: string
  /** Of a Fetch: valid until the outcome after the next one is there. */
  readonly result: R
}

export interface BrokerFetcherOptions {
  readonly node: number
  readonly cluster: Cluster
  /** Reads large responses. */
  readonly thread: Pick<ReaderThread, 'start' | 'bestSockets'>
  readonly topic: string
  readonly limits: FetchLimits
  readonly signal: AbortSignal
  readonly wake: () => void
}

export interface FetchLimits {
  readonly maxWaitMs: number
  readonly maxBytes: number
  readonly maxPartitionBytes: number
  readonly isolation: Isolation
  /** Fetch, perhaps in fewer versions. */
  readonly request: Request<FetchRequest, FetchResponse>
}

/**
 * A Fetch costs both sides as much for one record as for a thousand, and the broker answers it at the first record. Where
 * records trickle in, the next Fetch is sent so long after the last response, ms. The first record after a pause comes at
 * once.
 */
const trickleMs = 5
/** A response with fewer bytes of records is a trickle. */
const trickleBytes = 64 * 1024
/** A response with so many bytes of records shows that the reader is far behind, and that more is to come. */
const floodBytes = 1024 * 1024

export function createBrokerFetcher(options: BrokerFetcherOptions): BrokerFetcher {
  const { node, cluster, thread, signal, wake } = options
  let connection: BrokerConnection | null = null
  let openedBy: OpenSocket | null = null
  let isBusy = false
  let nextFetchAt = 0
  let outcome: Outcome | null = null
  const close = () => {
    connection?.close()
    connection = null
  }
  const run = async (task: BrokerTask): Promise<Outcome> => {
    try {
      const best = thread.bestSockets()
      if (connection?.isOpen !== true || openedBy !== best) {
        close()
        openedBy = best
        connection = await cluster.connect(node, signal, best)
      }
      if (task.kind === 'fetch') await until(nextFetchAt, signal)
      const performed = await perform({ task, connection, options })
      if (performed.kind === 'fetch') {
        const bytes = lengthOf(performed.result)
        nextFetchAt = bytes > 0 && bytes < trickleBytes ? performance.now() + trickleMs : 0
        if (bytes >= floodBytes) thread.start()
      }
      return performed
    } catch (error) {
      close()
      return { kind: 'failed', task, broker: cluster.addressOf(node), result: error }
    }
  }
  const start = async (task: BrokerTask) => {
    isBusy = true
    outcome = await run(task)
    isBusy = false
    if (signal.aborted) close()
    wake()
  }
  return {
    get isIdle() {
      return !isBusy && outcome === null
    },
    start: task => void start(task),
    take: () => {
      const taken = outcome
      outcome = null
      return taken
    },
    close,
  }
}

async function until(time: number, signal: AbortSignal): Promise<void> {
  const waitMs = time - performance.now()
  if (waitMs > 0) await sleep(waitMs, undefined, { signal })
}

function lengthOf({ partitions }: FetchResponse): number {
  return partitions.reduce((sum, { records }) => sum + records.length, 0)
}

interface Performance {
  readonly task: BrokerTask
  readonly connection: BrokerConnection
  readonly options: BrokerFetcherOptions
}

async function perform({ task, connection, options }: Performance): Promise<Outcome> {
  const { topic, limits } = options
  const { broker } = connection
  switch (task.kind) {
    case 'offsets': {
      const queries = task.cursors.map(({ partition, leaderEpoch, lookup }) => ({
        topic,
        partition,
        leaderEpoch,
        at: timeOf(lookup),
      }))
      return { kind: 'offsets', task, broker, result: await connection.send(listOffsets, queries) }
    }
    case 'epochs': {
      const partitions = task.cursors.map(cursor => ({
        partition: cursor.partition,
        leaderEpoch: cursor.leaderEpoch,
        lastEpoch: lastEpoch(cursor),
      }))
      return {
        kind: 'epochs',
        task,
        broker,
        result: await connection.send(offsetForLeaderEpoch, { topic, partitions }),
      }
    }
    case 'fetch': {
      const { request, ...rest } = limits
      // An unknown log end is requested at once, with or without records.
      const maxWaitMs = task.cursors.some(({ firstLogEnd }) => firstLogEnd < 0) ? 0 : limits.maxWaitMs
      const partitions = task.cursors.map(fetchedPosition)
      const result = await connection.send(request, { topic, partitions, ...rest, maxWaitMs })
      if (result.errorCode !== 0) throw rejected(broker, result.errorCode)
      return { kind: 'fetch', task, broker, result }
    }
  }
}

function timeOf(lookup: Lookup | null): bigint {
  return lookup === null || lookup.kind === 'epoch' ? logEnd : lookup.at
}

function fetchedPosition({ partition, position, leaderEpoch }: Cursor) {
  return { partition, position, leaderEpoch }
}

function rejected(broker: string, errorCode: number): KoffError {
  return new KoffError('BROKER_ERROR', `${broker}: ${errorName(errorCode)} in Fetch`, { retriable: true })
}
