import type { GroupRecord } from '../applyRecord.ts'

/** What a share group's state partitions tell of topic ids: beside offset commits, the only records that name them. */
export function namedTopics(record: GroupRecord): readonly { readonly topicId: string; readonly topicName: string }[] {
  if (record.type !== 'SHARE_GROUP_STATE_PARTITION_METADATA' || record.value === null) return none
  const { initializingTopics, initializedTopics, deletingTopics } = record.value
  return [...initializingTopics, ...initializedTopics, ...deletingTopics]
}

const none = [] as const
