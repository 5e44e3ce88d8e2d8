import {
  type Assignment,
  assignmentOf,
  type GroupDraft,
  noNames,
  noPartitions,
  rackOf,
  subscriptionOf,
} from '../group/group.ts'
import type { ConsumerRecord } from './applyRecord.ts'
import {
  clearCurrentAssignment,
  clearTarget,
  describeMember,
  groupOf,
  removeMember,
  setMember,
  setTarget,
} from './edit.ts'
import { topicNamesIn } from './namedTopics.ts'

// KIP-848, ConsumerGroupMember.MemberState: 0 stable, 1 unrevoked partitions, 2 unreleased partitions.
const stable = 0

/** Records of a consumer group (KIP-848). Tombstones of a group that is not a consumer group mean nothing. */
export function applyConsumerRecord(group: GroupDraft | null, record: ConsumerRecord, name: string): GroupDraft | null {
  if (record.value === null) return group?.type === 'consumer' ? applyTombstone(group, record) : group
  const consumer = groupOf(group, 'consumer', name)
  switch (record.type) {
    case 'CONSUMER_GROUP_METADATA':
      consumer.epoch = record.value.epoch
      break
    case 'CONSUMER_GROUP_MEMBER_METADATA':
      describeMember(consumer, record.key.memberId, {
        instanceId: record.value.instanceId,
        clientId: record.value.clientId,
        host: record.value.clientHost,
        rack: rackOf(record.value.rackId),
        subscription: subscriptionOf(record.value.subscribedTopicNames, record.value.subscribedTopicRegex),
        rebalanceTimeoutMs: record.value.rebalanceTimeoutMs,
        sessionTimeoutMs: record.value.classicMemberMetadata?.sessionTimeoutMs ?? null,
      })
      break
    case 'CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA':
      consumer.targetEpoch = record.value.assignmentEpoch
      break
    case 'CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT': {
      const { memberEpoch, state, assignedPartitions, partitionsPendingRevocation } = record.value
      const pendingRevocation = byTopicId(partitionsPendingRevocation)
      setMember(consumer, record.key.memberId, {
        epoch: memberEpoch,
        stable: state === stable && pendingRevocation.size === 0,
        assignment: byTopicId(assignedPartitions),
        pendingRevocation,
      })
      break
    }
    case 'CONSUMER_GROUP_REGULAR_EXPRESSION':
      consumer.regexes = new Map(consumer.regexes).set(record.key.regularExpression, record.value.topics)
      break
    case 'CONSUMER_GROUP_PARTITION_METADATA':
      consumer.topicNames = topicNamesIn(record)
      break
    case 'CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER':
      setTarget(consumer, record.key.memberId, targetByTopicId(record.value.topicPartitions))
      break
  }
  return consumer
}

function applyTombstone(group: GroupDraft, record: ConsumerRecord): GroupDraft | null {
  switch (record.type) {
    case 'CONSUMER_GROUP_METADATA':
      return null
    case 'CONSUMER_GROUP_MEMBER_METADATA':
      removeMember(group, record.key.memberId)
      return group
    case 'CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT':
      clearCurrentAssignment(group, record.key.memberId)
      return group
    case 'CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA':
      group.targetEpoch = 0
      return group
    case 'CONSUMER_GROUP_REGULAR_EXPRESSION': {
      const regexes = new Map(group.regexes)
      if (regexes.delete(record.key.regularExpression)) group.regexes = regexes
      return group
    }
    case 'CONSUMER_GROUP_PARTITION_METADATA':
      group.topicNames = noNames
      return group
    case 'CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER':
      clearTarget(group, record.key.memberId)
      return group
  }
}

interface OfTopicId {
  readonly topicId: string
  readonly partitions: readonly number[]
}

/** Consumer and share groups identify topics by id. */
export function byTopicId(entries: readonly OfTopicId[]): Assignment {
  return assignmentOf(entries.map(entry => [entry.topicId, entry.partitions]))
}

/** In the order of the record: sorting a large group takes longer than everything else. */
export function targetByTopicId(entries: readonly OfTopicId[]): Assignment {
  if (entries.length === 0) return noPartitions
  const target = new Map<string, readonly number[]>()
  for (const { topicId, partitions } of entries) {
    if (partitions.length === 0 || !isAscending(partitions) || target.has(topicId)) return byTopicId(entries)
    target.set(topicId, partitions)
  }
  return target
}

function isAscending(partitions: readonly number[]): boolean {
  return partitions.every((partition, at) => at === 0 || partition > (partitions[at - 1] ?? partition))
}
