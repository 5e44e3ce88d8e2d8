// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import { type JsonObject, bytesJson } from '../jsonValue.ts'
import {
  type Reader,
  readCount,
  readInt32,
  readItems,
  readNullableBytes,
  readString,
} from '../../kafka/records/reader.ts'

export interface TopicPartition {
  readonly topic: string
  readonly partitions: readonly number[]
}

export interface ConsumerProtocolAssignment {
  readonly assignedPartitions: readonly TopicPartition[]
  readonly userData: Buffer | null
}

function readTopicPartition(reader: Reader): TopicPartition {
  return {
    topic: readString(reader, 'topic'),
    partitions: readItems(readCount(reader, 'partitions'), () => readInt32(reader)),
  }
}

export function readConsumerProtocolAssignment(reader: Reader): ConsumerProtocolAssignment {
  return {
    assignedPartitions: readItems(readCount(reader, 'assignedPartitions'), () => readTopicPartition(reader)),
    userData: readNullableBytes(reader, 'userData'),
  }
}

function topicPartitionJson(value: TopicPartition): JsonObject {
  return {
    topic: value.topic,
    partitions: value.partitions,
  }
}

export function consumerProtocolAssignmentJson(value: ConsumerProtocolAssignment): JsonObject {
  return {
    assignedPartitions: value.assignedPartitions.map(element => topicPartitionJson(element)),
    userData: value.userData === null ? null : bytesJson(value.userData),
  }
}

export const consumerProtocolAssignmentVersions = { lowest: 0, highest: 3 }
