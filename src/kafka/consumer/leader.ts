import { setTimeout as sleep } from 'node:timers/promises'
import { KoffError } from '../../base/errors.ts'
import type { Cluster } from '../client/cluster.ts'
import type { BrokerConnection } from '../client/connection.ts'
import type { OpenSocket } from '../net/socket.ts'
import { errorName } from '../protocol/errors.ts'
import type { FetchRequest, FetchResponse } from '../protocol/fetch.ts'
import { type EpochEnd, offsetForLeaderEpoch } from '../protocol/leaderEpochs.ts'
import { type FoundOffset, listOffsets, logEnd } from '../protocol/listOffsets.ts'
import type { Request } from '../protocol/request.ts'
import type { ReaderThread } from '../thread/readerThread.ts'
import { type FollowedPartition, lastEpoch, type Question } from './followedPartition.ts'
import type { Work } from './follower.ts'

/** One broker that leads partitions: does one piece of work at a time and keeps the outcome until it is taken. */
export interface Leader {
  /** True while there is neither work under way nor an outcome that waits. */
  readonly isIdle: boolean
  /** Only while idle. Calls `wake` when there is an outcome. */
  start(work: Work): void
  take(): Outcome | null
  close(): void
}

export type Outcome =
  | OutcomeOf<'offsets', readonly FoundOffset[]>
  | OutcomeOf<'epochs', readonly EpochEnd[]>
  | OutcomeOf<'fetch', FetchResponse>
  | OutcomeOf<'failed', unknown>

interface OutcomeOf<K extends string, A> {
  readonly kind: K
  readonly work: Work
  /** host:port */
  readonly broker: string
  /** Of a Fetch: valid until the outcome after the next one is there. */
  readonly answer: A
}

export interface LeaderOptions {
  readonly node: number
  readonly cluster: Cluster
  /** Who reads what comes where it is much. */
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
  /** Fetch, perhaps in fewer versions. */
  readonly request: Request<FetchRequest, FetchResponse>
}

/**
 * A Fetch costs both sides as much for one record as for a thousand, and one that waits is answered at the first. Where
 * records trickle in, the next is sent so long after the last answer, ms. The first record after a pause is heard of at once.
 */
const trickleMs = 5
/** Of records, in a response: less is a trickle. */
const trickleBytes = 64 * 1024
/** Of records, in a response: so much comes only to whoever is far behind, and of that there is more. */
const floodBytes = 1024 * 1024

export function createLeader(options: LeaderOptions): Leader {
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
  const run = async (work: Work): Promise<Outcome> => {
    try {
      const best = thread.bestSockets()
      if (connection?.isOpen !== true || openedBy !== best) {
        close()
        openedBy = best
        connection = await cluster.connect(node, signal, best)
      }
      if (work.kind === 'fetch') await until(nextFetchAt, signal)
      const performed = await perform({ work, connection, options })
      if (performed.kind === 'fetch') {
        const bytes = lengthOf(performed.answer)
        nextFetchAt = bytes > 0 && bytes < trickleBytes ? performance.now() + trickleMs : 0
        if (bytes >= floodBytes) thread.start()
      }
      return performed
    } catch (error) {
      close()
      return { kind: 'failed', work, broker: cluster.addressOf(node), answer: error }
    }
  }
  const start = async (work: Work) => {
    isBusy = true
    outcome = await run(work)
    isBusy = false
    if (signal.aborted) close()
    wake()
  }
  return {
    get isIdle() {
      return !isBusy && outcome === null
    },
    start: work => void start(work),
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
  readonly work: Work
  readonly connection: BrokerConnection
  readonly options: LeaderOptions
}

async function perform({ work, connection, options }: Performance): Promise<Outcome> {
  const { topic, limits } = options
  const { broker } = connection
  switch (work.kind) {
    case 'offsets': {
      const queries = work.partitions.map(({ partition, leaderEpoch, question }) => ({
        topic,
        partition,
        leaderEpoch,
        at: timeOf(question),
      }))
      return { kind: 'offsets', work, broker, answer: await connection.send(listOffsets, queries) }
    }
    case 'epochs': {
      const partitions = work.partitions.map(followed => ({
        partition: followed.partition,
        leaderEpoch: followed.leaderEpoch,
        lastEpoch: lastEpoch(followed),
      }))
      return {
        kind: 'epochs',
        work,
        broker,
        answer: await connection.send(offsetForLeaderEpoch, { topic, partitions }),
      }
    }
    case 'fetch': {
      const { request, ...rest } = limits
      // Where nothing is known yet, the log end is wanted at once, records or not
      const maxWaitMs = work.partitions.some(({ firstLogEnd }) => firstLogEnd < 0) ? 0 : limits.maxWaitMs
      const partitions = work.partitions.map(fetchedPosition)
      const answer = await connection.send(request, { topic, partitions, ...rest, maxWaitMs })
      if (answer.errorCode !== 0) throw refused(broker, answer.errorCode)
      return { kind: 'fetch', work, broker, answer }
    }
  }
}

function timeOf(question: Question | null): bigint {
  return question === null || question.kind === 'epoch' ? logEnd : question.at
}

function fetchedPosition({ partition, position, leaderEpoch }: FollowedPartition) {
  return { partition, position, leaderEpoch }
}

function refused(broker: string, errorCode: number): KoffError {
  return new KoffError('BROKER_ERROR', `${broker}: ${errorName(errorCode)} in Fetch`, { retriable: true })
}
