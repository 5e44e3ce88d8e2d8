/** The topic of Kafka's group coordinator. */
export const consumerOffsets = '__consumer_offsets'

/** The internal topics of Kafka's brokers. */
export const internalTopics: readonly string[] = [consumerOffsets, '__transaction_state', '__share_group_state']

/** The partition of `__consumer_offsets` that a group is in: `GroupCoordinatorService.partitionFor` of Kafka. */
export function offsetsPartitionOf(group: string, partitions: number): number {
  let hash = 0
  // String.hashCode of Java.
  for (let at = 0; at < group.length; at++) hash = (Math.imul(hash, 31) + group.charCodeAt(at)) | 0
  // Utils.abs of Kafka makes 0 of the smallest int32.
  return hash === -(2 ** 31) ? 0 : Math.abs(hash) % partitions
}
