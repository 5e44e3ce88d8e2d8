import { KoffError } from '../../base/errors.ts'
import type { Input } from '../../state/input.ts'
import type { Cluster } from '../client/cluster.ts'
import type { TopicMetadata } from '../protocol/metadata.ts'
import type { Follower } from './follower.ts'
import type { HiddenTopicCheck } from './hiddenTopic.ts'

/** Keeps the follower's metadata young in the background: asks when they are due, one question at a time. */
export interface MetadataTask {
  startIfDue(): void
  /** Lets the follower hear what came; null where nothing came. Throws what cannot be waited out. */
  take(): readonly Input[] | null
  /** How long until `startIfDue` has something to do, ms; Infinity while a question is under way. */
  dueInMs(): number
}

export interface MetadataTaskOptions {
  readonly cluster: Cluster
  readonly topic: string
  readonly follower: Follower
  readonly hidden: HiddenTopicCheck
  readonly signal: AbortSignal
  /** Called when there is something to take. */
  readonly wake: () => void
}

type Heard = { readonly found: TopicMetadata | undefined } | { readonly error: unknown }

export function createMetadataTask({
  cluster,
  topic,
  follower,
  hidden,
  signal,
  wake,
}: MetadataTaskOptions): MetadataTask {
  let isBusy = false
  let heard: Heard | null = null
  const question = async (): Promise<Heard> => {
    const metadata = await cluster.metadata({ names: [topic] }, signal)
    return { found: await hidden.check(metadata.topics[0], signal) }
  }
  const ask = async () => {
    isBusy = true
    heard = await question().catch((error: unknown): Heard => ({ error }))
    isBusy = false
    wake()
  }
  const take = () => {
    const news = heard
    heard = null
    if (news === null) return null
    if ('found' in news) return follower.table.hearMetadata(news.found, cluster.connection?.broker ?? '')
    if (!(news.error instanceof KoffError) || !news.error.retriable) throw news.error
    follower.table.hearNoMetadata(news.error.message)
    return null
  }
  return {
    startIfDue: () => {
      if (!isBusy && heard === null && performance.now() >= follower.table.metadataDueAt) void ask()
    },
    take,
    dueInMs: () => (isBusy ? Number.POSITIVE_INFINITY : follower.table.metadataDueAt - performance.now()),
  }
}
