import { KoffError } from '../../base/errors.ts'
import type { BatchFault } from '../records/batch.ts'
import { type BrokerFetcher, type BrokerFetcherOptions, createBrokerFetcher, type Outcome } from './brokerFetcher.ts'
import type { FetchedPartition, FetchSession } from './fetchSession.ts'

/** All brokers that lead partitions of the topic, each with one task in flight. */
export interface BrokerFetchers {
  /** Gives a task to every idle broker. */
  start(): void
  /** The next outcome; null where none waits. Throws a permanent error. */
  take(): Fetched | null
  close(): void
}

export interface Fetched {
  /** Records that the cluster lost. */
  readonly faults: readonly BatchFault[]
  readonly partitions: readonly FetchedPartition[]
  /** When the response came, ms since the epoch. */
  readonly timestamp: number
}

export interface BrokerFetchersOptions extends Omit<BrokerFetcherOptions, 'node'> {
  readonly session: FetchSession
}

export function createBrokerFetchers({ session, ...options }: BrokerFetchersOptions): BrokerFetchers {
  const fetchers = new Map<number, BrokerFetcher>()
  const start = () => {
    const brokers = session.brokers()
    for (const [node, fetcher] of fetchers) {
      if (brokers.has(node) || !fetcher.isIdle) continue
      fetcher.close()
      fetchers.delete(node)
    }
    for (const node of brokers) {
      const fetcher = fetchers.get(node) ?? createBrokerFetcher({ node, ...options })
      fetchers.set(node, fetcher)
      const task = fetcher.isIdle ? session.taskFor(node) : null
      if (task !== null) fetcher.start(task)
    }
  }
  const receive = ({ kind, task, broker, result }: Outcome): Fetched => {
    const timestamp = Date.now()
    switch (kind) {
      case 'offsets':
        return { faults: session.receiveOffsets(result, broker), partitions: [], timestamp }
      case 'epochs':
        return { faults: session.receiveEpochEnds(result, broker), partitions: [], timestamp }
      case 'fetch': {
        const partitions = session.receiveRecords(task, result, broker)
        // The next Fetch is in flight while these records are processed.
        start()
        return { faults: [], partitions, timestamp }
      }
      case 'failed':
        if (!(result instanceof KoffError) || !result.retriable) throw result
        session.table.fail(task.cursors, result.message, task.startedAt)
        return { faults: [], partitions: [], timestamp }
    }
  }
  const take = () => {
    for (const [node, fetcher] of fetchers) {
      const outcome = fetcher.take()
      if (outcome === null) continue
      // To the end of the queue, so that no broker waits for long.
      fetchers.delete(node)
      fetchers.set(node, fetcher)
      return receive(outcome)
    }
    return null
  }
  const close = () => {
    for (const fetcher of fetchers.values()) fetcher.close()
  }
  return { start, take, close }
}
