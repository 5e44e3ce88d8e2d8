// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import { type JsonObject, int64Json } from '../jsonValue.ts'
import {
  type Reader,
  readCompactCount,
  readCompactString,
  readInt64,
  readItems,
  readString,
  skipTaggedFields,
} from '../../kafka/records/reader.ts'

export interface ConsumerGroupRegularExpressionKey {
  readonly groupId: string
  readonly regularExpression: string
}

export function readConsumerGroupRegularExpressionKey(reader: Reader): ConsumerGroupRegularExpressionKey {
  return {
    groupId: readString(reader, 'groupId'),
    regularExpression: readString(reader, 'regularExpression'),
  }
}

export function consumerGroupRegularExpressionKeyJson(value: ConsumerGroupRegularExpressionKey): JsonObject {
  return {
    groupId: value.groupId,
    regularExpression: value.regularExpression,
  }
}

export interface ConsumerGroupRegularExpressionValue {
  readonly topics: readonly string[]
  readonly version: bigint
  readonly timestamp: bigint
}

export function readConsumerGroupRegularExpressionValue(reader: Reader): ConsumerGroupRegularExpressionValue {
  const topics = readItems(readCompactCount(reader, 'topics'), () => readCompactString(reader, 'topics element'))
  const version = readInt64(reader)
  const timestamp = readInt64(reader)
  skipTaggedFields(reader)
  return { topics, version, timestamp }
}

export function consumerGroupRegularExpressionValueJson(value: ConsumerGroupRegularExpressionValue): JsonObject {
  return {
    topics: value.topics,
    version: int64Json(value.version),
    timestamp: int64Json(value.timestamp),
  }
}
