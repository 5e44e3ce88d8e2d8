import kafkajs, { type PartitionMetadata } from 'kafkajs'

/**
 * Which of so many partitions a group's events go to: the one that Java's producer chooses for the key, so that other
 * producers and readers agree.
 */
export function partitioner(topic: string, partitions: number): (group: string) => number {
  const choose = kafkajs.Partitioners.DefaultPartitioner()
  const partitionMetadata = metadataOf(partitions)
  const known = new Map<string, number>()
  return group => {
    const before = known.get(group)
    if (before !== undefined) return before
    const partition = choose({ topic, partitionMetadata, message: { key: Buffer.from(group), value: null } })
    if (known.size === maxKnown) known.clear()
    known.set(group, partition)
    return partition
  }
}

/** Groups that are remembered: more than most clusters have. */
const maxKnown = 50_000

/** Of what a key is hashed to, only the number of partitions counts. */
function metadataOf(partitions: number): PartitionMetadata[] {
  return Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }))
}
