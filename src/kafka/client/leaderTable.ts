import type { PartitionMetadata, TopicMetadata, TopicPartition } from '../protocol/metadata.ts'
import type { Cluster } from './cluster.ts'

/** A partition and its leader, from the last metadata. */
export interface LedPartition extends TopicPartition {
  /** Null from brokers before 2.8, which have no topic ids. */
  readonly topicId: string | null
  readonly leader: number
  readonly leaderEpoch: number
}

/** The leaders of the partitions of all topics that were requested. It may be outdated. */
export interface LeaderTable {
  /** The partitions that have a leader. Topics that were never requested, or long ago, are looked up. */
  find(partitions: readonly TopicPartition[]): Promise<readonly LedPartition[]>
  /**
   * The metadata of those topics, at most `ageMs` old, a minute unless given; an error for a topic that koff may not
   * see.
   */
  topics(names: ReadonlySet<string>, ageMs?: number): Promise<readonly TopicMetadata[]>
  /** Looks those topics up again; false where the last look-up is too recent for news. */
  refresh(partitions: readonly TopicPartition[]): Promise<boolean>
}

const maxAgeMs = 60_000
const minAgeMs = 1000
/** Below this number of topics none is dropped. */
const fewTopics = 1000

export function leaderTable(cluster: Cluster, signal: AbortSignal): LeaderTable {
  const topics = new Map<string, HeardTopic>()
  let kept = fewTopics
  const lookUp = async (names: ReadonlySet<string>, ageMs: number): Promise<boolean> => {
    const now = performance.now()
    const old = [...names].filter(name => (topics.get(name)?.describedAt ?? Number.NEGATIVE_INFINITY) + ageMs <= now)
    if (old.length === 0) return false
    const metadata = await cluster.metadata({ names: old }, signal)
    for (const name of old) topics.set(name, { describedAt: now, metadata: null, partitions: new Map() })
    for (const topicMetadata of metadata.topics) {
      const { name, id, partitions } = topicMetadata
      topics.set(name, {
        describedAt: now,
        metadata: topicMetadata,
        partitions: new Map(partitions.map(known => [known.partition, led(name, id, known)])),
      })
    }
    forgetUnused(now)
    return true
  }
  /**
   * Topics come and go: topics that were not requested in a while are dropped when there are twice as many as after the
   * last time.
   */
  const forgetUnused = (now: number) => {
    if (topics.size <= 2 * kept) return
    for (const [name, { describedAt }] of topics) if (describedAt + 2 * maxAgeMs < now) topics.delete(name)
    kept = Math.max(fewTopics, topics.size)
  }
  return {
    find: async partitions => {
      await lookUp(topicsOf(partitions), maxAgeMs)
      return partitions.flatMap(({ topic, partition }): LedPartition[] => {
        const known = topics.get(topic)?.partitions.get(partition)
        return known === undefined || known.leader < 0 ? [] : [known]
      })
    },
    topics: async (names, ageMs = maxAgeMs) => {
      await lookUp(names, ageMs)
      return [...names].flatMap(name => topics.get(name)?.metadata ?? [])
    },
    refresh: partitions => lookUp(topicsOf(partitions), minAgeMs),
  }
}

interface HeardTopic {
  readonly describedAt: number
  readonly metadata: TopicMetadata | null
  readonly partitions: ReadonlyMap<number, LedPartition>
}

function topicsOf(partitions: readonly TopicPartition[]): ReadonlySet<string> {
  return new Set(partitions.map(({ topic }) => topic))
}

function led(
  topic: string,
  topicId: string | null,
  { partition, leader, leaderEpoch }: PartitionMetadata,
): LedPartition {
  return { topic, topicId, partition, leader, leaderEpoch }
}
