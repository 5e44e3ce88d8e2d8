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

export interface ConsumerGroupTargetAssignmentMetadataKey {
  readonly groupId: string
}

export function readConsumerGroupTargetAssignmentMetadataKey(reader: Reader): ConsumerGroupTargetAssignmentMetadataKey {
  return {
    groupId: readString(reader, 'groupId'),
  }
}

export function consumerGroupTargetAssignmentMetadataKeyJson(value: ConsumerGroupTargetAssignmentMetadataKey): JsonObject {
  return {
    groupId: value.groupId,
  }
}

export interface ConsumerGroupTargetAssignmentMetadataValue {
  readonly assignmentEpoch: number
  readonly assignmentTimestamp: bigint
}

export function readConsumerGroupTargetAssignmentMetadataValue(reader: Reader): ConsumerGroupTargetAssignmentMetadataValue {
  const assignmentEpoch = readInt32(reader)
  let assignmentTimestamp: ConsumerGroupTargetAssignmentMetadataValue['assignmentTimestamp'] = 0n
  for (let left = readUnsignedVarint(reader); left > 0; left--) {
    const tag = readUnsignedVarint(reader)
    const size = readUnsignedVarint(reader)
    if (tag === 0) assignmentTimestamp = readInt64(reader)
    else skipTaggedField(reader, size)
  }
  return { assignmentEpoch, assignmentTimestamp }
}

export function consumerGroupTargetAssignmentMetadataValueJson(value: ConsumerGroupTargetAssignmentMetadataValue): JsonObject {
  const json: Record<string, Json> = {}
  json.assignmentEpoch = value.assignmentEpoch
  if (value.assignmentTimestamp !== 0n) json.assignmentTimestamp = int64Json(value.assignmentTimestamp)
  return json
}
