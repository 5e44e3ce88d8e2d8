// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import { type Json, type JsonObject, bytesJson } from '../jsonValue.ts'
import {
  type Reader,
  readCount,
  readInt32,
  readItems,
  readNullableBytes,
  readNullableString,
  readString,
} from '../../kafka/records/reader.ts'

export interface TopicPartition {
  readonly topic: string
  readonly partitions: readonly number[]
}

export interface ConsumerProtocolSubscription {
  readonly topics: readonly string[]
  readonly userData: Buffer | null
  readonly ownedPartitions: readonly TopicPartition[]
  readonly generationId: number
  readonly rackId: string | null
}

function readTopicPartition(reader: Reader): TopicPartition {
  return {
    topic: readString(reader, 'topic'),
    partitions: readItems(readCount(reader, 'partitions'), () => readInt32(reader)),
  }
}

export function readConsumerProtocolSubscription(reader: Reader, version: number): ConsumerProtocolSubscription {
  return {
    topics: readItems(readCount(reader, 'topics'), () => readString(reader, 'topics element')),
    userData: readNullableBytes(reader, 'userData'),
    ownedPartitions: version >= 1 ? readItems(readCount(reader, 'ownedPartitions'), () => readTopicPartition(reader)) : [],
    generationId: version >= 2 ? readInt32(reader) : -1,
    rackId: version >= 3 ? readNullableString(reader, 'rackId') : null,
  }
}

function topicPartitionJson(value: TopicPartition): JsonObject {
  return {
    topic: value.topic,
    partitions: value.partitions,
  }
}

export function consumerProtocolSubscriptionJson(value: ConsumerProtocolSubscription, version: number): JsonObject {
  const json: Record<string, Json> = {}
  json.topics = value.topics
  json.userData = value.userData === null ? null : bytesJson(value.userData)
  if (version >= 1) json.ownedPartitions = value.ownedPartitions.map(element => topicPartitionJson(element))
  if (version >= 2) json.generationId = value.generationId
  if (version >= 3) json.rackId = value.rackId
  return json
}

export const consumerProtocolSubscriptionVersions = { lowest: 0, highest: 3 }
