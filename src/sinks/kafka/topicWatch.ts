import { setTimeout as sleep } from 'node:timers/promises'
import { KoffError } from '../../base/errors.ts'
import type { LeaderTable } from '../../kafka/client/leaderTable.ts'
import { kafkaError } from '../../kafka/protocol/errors.ts'
import type { TopicMetadata } from '../../kafka/protocol/metadata.ts'

/** A topic that koff writes to, from the last metadata. */
export interface TopicShape {
  /** Null from brokers before 2.8, which have no topic ids. */
  readonly id: string | null
  readonly partitions: number
}

/** Detects that a topic was deleted, recreated, or got more partitions while koff writes to it. */
export interface TopicWatch {
  readonly shape: TopicShape
  /**
   * Looks the topic up, at most once a second. A cluster that does not answer changes nothing.
   * @throws KoffError TOPIC_MISSING, retriable, where it was deleted; whatever `changed` throws.
   */
  check(leaders: Pick<LeaderTable, 'topics'>): Promise<void>
}

export interface TopicWatchOptions {
  readonly topic: string
  /** The topic at the start. */
  readonly partitions: number
  /** What to do where it is missing, after `topic … was deleted: `. */
  readonly cure: string
  /** Called when the topic id or the number of partitions has changed; if it throws, the change is not recorded. */
  readonly changed: (before: TopicShape, now: TopicShape) => void
}

const maxAgeMs = 1_000
/** A broker that has just started may not know the topic yet. */
const graceMs = 1_500

/** The metadata of topics, at most a second old; null where the cluster does not answer. */
export async function describedTopics(
  leaders: Pick<LeaderTable, 'topics'>,
  topics: readonly string[],
): Promise<readonly TopicMetadata[] | null> {
  try {
    return await leaders.topics(new Set(topics), maxAgeMs)
  } catch (error) {
    if (error instanceof KoffError && error.retriable) return null
    throw error
  }
}

export function watchTopic({ topic, partitions, cure, changed }: TopicWatchOptions): TopicWatch {
  let shape: TopicShape = { id: null, partitions }
  let isSeen = false
  const describe = async (leaders: Pick<LeaderTable, 'topics'>) =>
    (await describedTopics(leaders, [topic]))?.[0] ?? null
  return {
    get shape() {
      return shape
    },
    async check(leaders) {
      let found = await describe(leaders)
      if (isSeen && isMissing(found)) {
        await sleep(graceMs)
        found = await describe(leaders)
        if (isMissing(found)) {
          throw new KoffError('TOPIC_MISSING', `topic ${topic} was deleted: ${cure}`, { retriable: true })
        }
      }
      if (found === null || found.errorCode !== 0 || found.partitions.length === 0) return
      const now = { id: found.id ?? shape.id, partitions: found.partitions.length }
      const isAnother = shape.id !== null && now.id !== shape.id
      if (isAnother || now.partitions !== shape.partitions) changed(shape, now)
      shape = now
      isSeen = true
    },
  }
}

function isMissing(found: TopicMetadata | null): boolean {
  return found !== null && kafkaError(found.errorCode).name === 'UNKNOWN_TOPIC_OR_PARTITION'
}
