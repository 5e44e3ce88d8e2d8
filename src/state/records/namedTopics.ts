import type { GroupRecord } from './applyRecord.ts'

interface NamedTopic {
  readonly topicId: string
  readonly topicName: string
}

/**
 * What a record tells of the names of topic ids. Beside offset commits these alone do: state partitions of share groups,
 * and partition metadata of consumer groups, which brokers before 4.1 wrote.
 */
export function namedTopics(record: GroupRecord): readonly NamedTopic[] {
  if (record.value === null) return none
  if (record.type === 'CONSUMER_GROUP_PARTITION_METADATA') return record.value.topics
  if (record.type !== 'SHARE_GROUP_STATE_PARTITION_METADATA') return none
  const { initializingTopics, initializedTopics, deletingTopics } = record.value
  return [...initializingTopics, ...initializedTopics, ...deletingTopics]
}

const none = [] as const
