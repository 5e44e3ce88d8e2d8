import { partitioner } from '../../kafka/producer/partitioner.ts'

/**
 * Which partition of each topic the events of a group go to. `ensure` makes sure that a topic is there, and gives how many
 * partitions it has.
 */
export async function eventTopics(
  topics: readonly string[],
  ensure: (topic: string) => Promise<number>,
): Promise<(topic: string, group: string) => number> {
  const partitioners = new Map<string, (group: string) => number>()
  for (const topic of topics) partitioners.set(topic, partitioner(topic, await ensure(topic)))
  return (topic, group) => {
    const partitionOf = partitioners.get(topic)
    if (partitionOf === undefined) throw new RangeError(`topic ${topic} was not opened`)
    return partitionOf(group)
  }
}
