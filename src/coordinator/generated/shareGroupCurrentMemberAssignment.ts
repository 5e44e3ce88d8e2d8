// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import type { JsonObject } from '../jsonValue.ts'
import {
  type Reader,
  readCompactCount,
  readInt32,
  readInt8,
  readItems,
  readString,
  readUuid,
  skipTaggedFields,
} from '../../kafka/records/reader.ts'

export interface ShareGroupCurrentMemberAssignmentKey {
  readonly groupId: string
  readonly memberId: string
}

export function readShareGroupCurrentMemberAssignmentKey(reader: Reader): ShareGroupCurrentMemberAssignmentKey {
  return {
    groupId: readString(reader, 'groupId'),
    memberId: readString(reader, 'memberId'),
  }
}

export function shareGroupCurrentMemberAssignmentKeyJson(value: ShareGroupCurrentMemberAssignmentKey): JsonObject {
  return {
    groupId: value.groupId,
    memberId: value.memberId,
  }
}

export interface TopicPartitions {
  readonly topicId: string
  readonly partitions: readonly number[]
}

export interface ShareGroupCurrentMemberAssignmentValue {
  readonly memberEpoch: number
  readonly previousMemberEpoch: number
  readonly state: number
  readonly assignedPartitions: readonly TopicPartitions[]
}

function readTopicPartitions(reader: Reader): TopicPartitions {
  const topicId = readUuid(reader)
  const partitions = readItems(readCompactCount(reader, 'partitions'), () => readInt32(reader))
  skipTaggedFields(reader)
  return { topicId, partitions }
}

export function readShareGroupCurrentMemberAssignmentValue(reader: Reader): ShareGroupCurrentMemberAssignmentValue {
  const memberEpoch = readInt32(reader)
  const previousMemberEpoch = readInt32(reader)
  const state = readInt8(reader)
  const assignedPartitions = readItems(readCompactCount(reader, 'assignedPartitions'), () => readTopicPartitions(reader))
  skipTaggedFields(reader)
  return { memberEpoch, previousMemberEpoch, state, assignedPartitions }
}

function topicPartitionsJson(value: TopicPartitions): JsonObject {
  return {
    topicId: value.topicId,
    partitions: value.partitions,
  }
}

export function shareGroupCurrentMemberAssignmentValueJson(value: ShareGroupCurrentMemberAssignmentValue): JsonObject {
  return {
    memberEpoch: value.memberEpoch,
    previousMemberEpoch: value.previousMemberEpoch,
    state: value.state,
    assignedPartitions: value.assignedPartitions.map(element => topicPartitionsJson(element)),
  }
}
