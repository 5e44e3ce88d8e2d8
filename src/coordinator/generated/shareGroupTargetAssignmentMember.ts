// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import type { JsonObject } from '../jsonValue.ts'
import {
  type Reader,
  readCompactCount,
  readInt32,
  readItems,
  readString,
  readUuid,
  skipTaggedFields,
} from '../../kafka/records/reader.ts'

export interface ShareGroupTargetAssignmentMemberKey {
  readonly groupId: string
  readonly memberId: string
}

export function readShareGroupTargetAssignmentMemberKey(reader: Reader): ShareGroupTargetAssignmentMemberKey {
  return {
    groupId: readString(reader, 'groupId'),
    memberId: readString(reader, 'memberId'),
  }
}

export function shareGroupTargetAssignmentMemberKeyJson(value: ShareGroupTargetAssignmentMemberKey): JsonObject {
  return {
    groupId: value.groupId,
    memberId: value.memberId,
  }
}

export interface TopicPartition {
  readonly topicId: string
  readonly partitions: readonly number[]
}

export interface ShareGroupTargetAssignmentMemberValue {
  readonly topicPartitions: readonly TopicPartition[]
}

function readTopicPartition(reader: Reader): TopicPartition {
  const topicId = readUuid(reader)
  const partitions = readItems(readCompactCount(reader, 'partitions'), () => readInt32(reader))
  skipTaggedFields(reader)
  return { topicId, partitions }
}

export function readShareGroupTargetAssignmentMemberValue(reader: Reader): ShareGroupTargetAssignmentMemberValue {
  const topicPartitions = readItems(readCompactCount(reader, 'topicPartitions'), () => readTopicPartition(reader))
  skipTaggedFields(reader)
  return { topicPartitions }
}

function topicPartitionJson(value: TopicPartition): JsonObject {
  return {
    topicId: value.topicId,
    partitions: value.partitions,
  }
}

export function shareGroupTargetAssignmentMemberValueJson(value: ShareGroupTargetAssignmentMemberValue): JsonObject {
  return {
    topicPartitions: value.topicPartitions.map(element => topicPartitionJson(element)),
  }
}
