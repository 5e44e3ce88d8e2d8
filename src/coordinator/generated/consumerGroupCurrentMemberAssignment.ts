// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import type { Json, JsonObject } from '../jsonValue.ts'
import {
  type Reader,
  readCompactCount,
  readCompactNullableCount,
  readInt32,
  readInt8,
  readItems,
  readNullableItems,
  readString,
  readUnsignedVarint,
  readUuid,
  skipTaggedField,
  skipTaggedFields,
} from '../../kafka/records/reader.ts'

export interface ConsumerGroupCurrentMemberAssignmentKey {
  readonly groupId: string
  readonly memberId: string
}

export function readConsumerGroupCurrentMemberAssignmentKey(reader: Reader): ConsumerGroupCurrentMemberAssignmentKey {
  return {
    groupId: readString(reader, 'groupId'),
    memberId: readString(reader, 'memberId'),
  }
}

export function consumerGroupCurrentMemberAssignmentKeyJson(value: ConsumerGroupCurrentMemberAssignmentKey): JsonObject {
  return {
    groupId: value.groupId,
    memberId: value.memberId,
  }
}

export interface TopicPartitions {
  readonly topicId: string
  readonly partitions: readonly number[]
  readonly assignmentEpochs: readonly number[] | null
}

export interface ConsumerGroupCurrentMemberAssignmentValue {
  readonly memberEpoch: number
  readonly previousMemberEpoch: number
  readonly state: number
  readonly assignedPartitions: readonly TopicPartitions[]
  readonly partitionsPendingRevocation: readonly TopicPartitions[]
}

function readTopicPartitions(reader: Reader): TopicPartitions {
  const topicId = readUuid(reader)
  const partitions = readItems(readCompactCount(reader, 'partitions'), () => readInt32(reader))
  let assignmentEpochs: TopicPartitions['assignmentEpochs'] = []
  for (let left = readUnsignedVarint(reader); left > 0; left--) {
    const tag = readUnsignedVarint(reader)
    const size = readUnsignedVarint(reader)
    if (tag === 0) assignmentEpochs = readNullableItems(readCompactNullableCount(reader, 'assignmentEpochs'), () => readInt32(reader))
    else skipTaggedField(reader, size)
  }
  return { topicId, partitions, assignmentEpochs }
}

export function readConsumerGroupCurrentMemberAssignmentValue(reader: Reader): ConsumerGroupCurrentMemberAssignmentValue {
  const memberEpoch = readInt32(reader)
  const previousMemberEpoch = readInt32(reader)
  const state = readInt8(reader)
  const assignedPartitions = readItems(readCompactCount(reader, 'assignedPartitions'), () => readTopicPartitions(reader))
  const partitionsPendingRevocation = readItems(readCompactCount(reader, 'partitionsPendingRevocation'), () => readTopicPartitions(reader))
  skipTaggedFields(reader)
  return { memberEpoch, previousMemberEpoch, state, assignedPartitions, partitionsPendingRevocation }
}

function topicPartitionsJson(value: TopicPartitions): JsonObject {
  const json: Record<string, Json> = {}
  json.topicId = value.topicId
  json.partitions = value.partitions
  if (!(value.assignmentEpochs !== null && value.assignmentEpochs.length === 0)) json.assignmentEpochs = value.assignmentEpochs
  return json
}

export function consumerGroupCurrentMemberAssignmentValueJson(value: ConsumerGroupCurrentMemberAssignmentValue): JsonObject {
  return {
    memberEpoch: value.memberEpoch,
    previousMemberEpoch: value.previousMemberEpoch,
    state: value.state,
    assignedPartitions: value.assignedPartitions.map(element => topicPartitionsJson(element)),
    partitionsPendingRevocation: value.partitionsPendingRevocation.map(element => topicPartitionsJson(element)),
  }
}
