// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import type { JsonObject } from '../jsonValue.ts'
import {
  type Reader,
  readCompactCount,
  readCompactString,
  readInt32,
  readItems,
  readString,
  readUuid,
  skipTaggedFields,
} from '../../kafka/records/reader.ts'

export interface ConsumerGroupPartitionMetadataKey {
  readonly groupId: string
}

export function readConsumerGroupPartitionMetadataKey(reader: Reader): ConsumerGroupPartitionMetadataKey {
  return {
    groupId: readString(reader, 'groupId'),
  }
}

export function consumerGroupPartitionMetadataKeyJson(value: ConsumerGroupPartitionMetadataKey): JsonObject {
  return {
    groupId: value.groupId,
  }
}

export interface TopicMetadata {
  readonly topicId: string
  readonly topicName: string
  readonly numPartitions: number
  readonly partitionMetadata: readonly PartitionMetadata[]
}

export interface PartitionMetadata {
  readonly partition: number
  readonly racks: readonly string[]
}

export interface ConsumerGroupPartitionMetadataValue {
  readonly topics: readonly TopicMetadata[]
}

function readTopicMetadata(reader: Reader): TopicMetadata {
  const topicId = readUuid(reader)
  const topicName = readCompactString(reader, 'topicName')
  const numPartitions = readInt32(reader)
  const partitionMetadata = readItems(readCompactCount(reader, 'partitionMetadata'), () => readPartitionMetadata(reader))
  skipTaggedFields(reader)
  return { topicId, topicName, numPartitions, partitionMetadata }
}

function readPartitionMetadata(reader: Reader): PartitionMetadata {
  const partition = readInt32(reader)
  const racks = readItems(readCompactCount(reader, 'racks'), () => readCompactString(reader, 'racks element'))
  skipTaggedFields(reader)
  return { partition, racks }
}

export function readConsumerGroupPartitionMetadataValue(reader: Reader): ConsumerGroupPartitionMetadataValue {
  const topics = readItems(readCompactCount(reader, 'topics'), () => readTopicMetadata(reader))
  skipTaggedFields(reader)
  return { topics }
}

function topicMetadataJson(value: TopicMetadata): JsonObject {
  return {
    topicId: value.topicId,
    topicName: value.topicName,
    numPartitions: value.numPartitions,
    partitionMetadata: value.partitionMetadata.map(element => partitionMetadataJson(element)),
  }
}

function partitionMetadataJson(value: PartitionMetadata): JsonObject {
  return {
    partition: value.partition,
    racks: value.racks,
  }
}

export function consumerGroupPartitionMetadataValueJson(value: ConsumerGroupPartitionMetadataValue): JsonObject {
  return {
    topics: value.topics.map(element => topicMetadataJson(element)),
  }
}
