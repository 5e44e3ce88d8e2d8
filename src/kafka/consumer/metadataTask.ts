import { KoffError } from '../../base/errors.ts'
import type { Cluster } from '../client/cluster.ts'
import type { TopicMetadata } from '../protocol/metadata.ts'
import type { BatchFault } from '../records/batch.ts'
import type { FetchSession } from './fetchSession.ts'

/** Refreshes the metadata of a session in the background, one request at a time. */
export interface MetadataTask {
  startIfDue(): void
  /** Hands a response to the session; returns what is lost by it, null without a response. Throws a permanent error. */
  take(): readonly BatchFault[] | null
  /** Time until `startIfDue` has something to do, ms; Infinity while a request is in flight. */
  dueInMs(): number
}

export interface MetadataTaskOptions {
  readonly cluster: Cluster
  readonly topic: string
  readonly session: FetchSession
  /** Called with each response about the topic; returns what to believe. */
  readonly check: (found: TopicMetadata | undefined, signal: AbortSignal) => Promise<TopicMetadata | undefined>
  readonly signal: AbortSignal
  /** Called when there is a response to take. */
  readonly wake: () => void
}

type Response = { readonly found: TopicMetadata | undefined } | { readonly error: unknown }

export function createMetadataTask(options: MetadataTaskOptions): MetadataTask {
  const { cluster, topic, session, check, signal, wake } = options
  let isBusy = false
  let response: Response | null = null
  const request = async (): Promise<Response> => {
    const { topics } = await cluster.metadata({ names: [topic] }, signal)
    return { found: await check(topics[0], signal) }
  }
  const run = async () => {
    isBusy = true
    response = await request().catch((error: unknown): Response => ({ error }))
    isBusy = false
    wake()
  }
  const take = () => {
    const taken = response
    response = null
    if (taken === null) return null
    if ('found' in taken) return session.table.receiveMetadata(taken.found, cluster.connection?.broker ?? '')
    if (!(taken.error instanceof KoffError) || !taken.error.retriable) throw taken.error
    session.table.metadataFailed(taken.error.message)
    return null
  }
  return {
    startIfDue: () => {
      if (!isBusy && response === null && performance.now() >= session.table.metadataDueAt) void run()
    },
    take,
    dueInMs: () => (isBusy ? Number.POSITIVE_INFINITY : session.table.metadataDueAt - performance.now()),
  }
}
