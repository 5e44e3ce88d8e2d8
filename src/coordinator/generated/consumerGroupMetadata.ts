// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import { type Json, type JsonObject, int64Json } from '../jsonValue.ts'
import {
  type Reader,
  readInt32,
  readInt64,
  readString,
  readUnsignedVarint,
  skipTaggedField,
} from '../../kafka/records/reader.ts'

export interface ConsumerGroupMetadataKey {
  readonly groupId: string
}

export function readConsumerGroupMetadataKey(reader: Reader): ConsumerGroupMetadataKey {
  return {
    groupId: readString(reader, 'groupId'),
  }
}

export function consumerGroupMetadataKeyJson(value: ConsumerGroupMetadataKey): JsonObject {
  return {
    groupId: value.groupId,
  }
}

export interface ConsumerGroupMetadataValue {
  readonly epoch: number
  readonly metadataHash: bigint
}

export function readConsumerGroupMetadataValue(reader: Reader): ConsumerGroupMetadataValue {
  const epoch = readInt32(reader)
  let metadataHash: ConsumerGroupMetadataValue['metadataHash'] = 0n
  for (let left = readUnsignedVarint(reader); left > 0; left--) {
    const tag = readUnsignedVarint(reader)
    const size = readUnsignedVarint(reader)
    if (tag === 0) metadataHash = readInt64(reader)
    else skipTaggedField(reader, size)
  }
  return { epoch, metadataHash }
}

export function consumerGroupMetadataValueJson(value: ConsumerGroupMetadataValue): JsonObject {
  const json: Record<string, Json> = {}
  json.epoch = value.epoch
  if (value.metadataHash !== 0n) json.metadataHash = int64Json(value.metadataHash)
  return json
}
