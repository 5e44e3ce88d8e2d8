import { noNames } from '../group/group.ts'
import type { GroupRecord } from './applyRecord.ts'

/**
 * Topic id → name, as a record tells them. Beside offset commits these alone do: state partitions of share groups, and
 * partition metadata of consumer groups, which brokers before 4.1 wrote.
 */
export function topicNamesIn(record: GroupRecord): ReadonlyMap<string, string> {
  if (record.value === null) return noNames
  if (record.type === 'CONSUMER_GROUP_PARTITION_METADATA') return namesOf(record.value.topics)
  if (record.type !== 'SHARE_GROUP_STATE_PARTITION_METADATA') return noNames
  const { initializingTopics, initializedTopics, deletingTopics } = record.value
  return namesOf([...initializingTopics, ...initializedTopics, ...deletingTopics])
}

interface NamedTopic {
  readonly topicId: string
  readonly topicName: string
}

function namesOf(topics: readonly NamedTopic[]): ReadonlyMap<string, string> {
  return new Map(topics.map(({ topicId, topicName }) => [topicId, topicName]))
}
