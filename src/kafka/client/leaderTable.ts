import type { PartitionMetadata, TopicMetadata, TopicPartition } from '../protocol/metadata.ts'
import type { Cluster } from './cluster.ts'

/** A partition with who leads it, as last heard. */
export interface LedPartition extends TopicPartition {
  readonly leader: number
  readonly leaderEpoch: number
}

/** Who leads which partition of the topics that were asked for, as old as it may be. */
export interface LeaderTable {
  /** Those of the partitions that have a leader; topics that were never asked for, or long ago, are looked up. */
  find(partitions: readonly TopicPartition[]): Promise<readonly LedPartition[]>
  /**
   * What the cluster says of those topics, `ageMs` old at most, a minute unless given; of one that koff may not see there is
   * an error in it.
   */
  topics(names: ReadonlySet<string>, ageMs?: number): Promise<readonly TopicMetadata[]>
  /** Looks those topics up again; false where it was done so lately that nothing can be new. */
  refresh(partitions: readonly TopicPartition[]): Promise<boolean>
}

const maxAgeMs = 60_000
const minAgeMs = 1000

export function leaderTable(cluster: Cluster, signal: AbortSignal): LeaderTable {
  const topics = new Map<string, HeardTopic>()
  const lookUp = async (names: ReadonlySet<string>, ageMs: number): Promise<boolean> => {
    const now = performance.now()
    const old = [...names].filter(name => (topics.get(name)?.heardAt ?? Number.NEGATIVE_INFINITY) + ageMs <= now)
    if (old.length === 0) return false
    const metadata = await cluster.metadata({ names: old }, signal)
    for (const name of old) topics.set(name, { heardAt: now, metadata: null, partitions: new Map() })
    for (const heard of metadata.topics) {
      const { name, partitions } = heard
      topics.set(name, {
        heardAt: now,
        metadata: heard,
        partitions: new Map(partitions.map(known => [known.partition, led(name, known)])),
      })
    }
    return true
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
  readonly heardAt: number
  readonly metadata: TopicMetadata | null
  readonly partitions: ReadonlyMap<number, LedPartition>
}

function topicsOf(partitions: readonly TopicPartition[]): ReadonlySet<string> {
  return new Set(partitions.map(({ topic }) => topic))
}

function led(topic: string, { partition, leader, leaderEpoch }: PartitionMetadata): LedPartition {
  return { topic, partition, leader, leaderEpoch }
}
