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

export interface ShareGroupStatePartitionMetadataKey {
  readonly groupId: string
}

export function readShareGroupStatePartitionMetadataKey(reader: Reader): ShareGroupStatePartitionMetadataKey {
  return {
    groupId: readString(reader, 'groupId'),
  }
}

export function shareGroupStatePartitionMetadataKeyJson(value: ShareGroupStatePartitionMetadataKey): JsonObject {
  return {
    groupId: value.groupId,
  }
}

export interface TopicPartitionsInfo {
  readonly topicId: string
  readonly topicName: string
  readonly partitions: readonly number[]
}

export interface TopicInfo {
  readonly topicId: string
  readonly topicName: string
}

export interface ShareGroupStatePartitionMetadataValue {
  readonly initializingTopics: readonly TopicPartitionsInfo[]
  readonly initializedTopics: readonly TopicPartitionsInfo[]
  readonly deletingTopics: readonly TopicInfo[]
}

function readTopicPartitionsInfo(reader: Reader): TopicPartitionsInfo {
  const topicId = readUuid(reader)
  const topicName = readCompactString(reader, 'topicName')
  const partitions = readItems(readCompactCount(reader, 'partitions'), () => readInt32(reader))
  skipTaggedFields(reader)
  return { topicId, topicName, partitions }
}

function readTopicInfo(reader: Reader): TopicInfo {
  const topicId = readUuid(reader)
  const topicName = readCompactString(reader, 'topicName')
  skipTaggedFields(reader)
  return { topicId, topicName }
}

export function readShareGroupStatePartitionMetadataValue(reader: Reader): ShareGroupStatePartitionMetadataValue {
  const initializingTopics = readItems(readCompactCount(reader, 'initializingTopics'), () => readTopicPartitionsInfo(reader))
  const initializedTopics = readItems(readCompactCount(reader, 'initializedTopics'), () => readTopicPartitionsInfo(reader))
  const deletingTopics = readItems(readCompactCount(reader, 'deletingTopics'), () => readTopicInfo(reader))
  skipTaggedFields(reader)
  return { initializingTopics, initializedTopics, deletingTopics }
}

function topicPartitionsInfoJson(value: TopicPartitionsInfo): JsonObject {
  return {
    topicId: value.topicId,
    topicName: value.topicName,
    partitions: value.partitions,
  }
}

function topicInfoJson(value: TopicInfo): JsonObject {
  return {
    topicId: value.topicId,
    topicName: value.topicName,
  }
}

export function shareGroupStatePartitionMetadataValueJson(value: ShareGroupStatePartitionMetadataValue): JsonObject {
  return {
    initializingTopics: value.initializingTopics.map(element => topicPartitionsInfoJson(element)),
    initializedTopics: value.initializedTopics.map(element => topicPartitionsInfoJson(element)),
    deletingTopics: value.deletingTopics.map(element => topicInfoJson(element)),
  }
}
