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

export interface StreamsGroupTargetAssignmentMetadataKey {
  readonly groupId: string
}

export function readStreamsGroupTargetAssignmentMetadataKey(reader: Reader): StreamsGroupTargetAssignmentMetadataKey {
  return {
    groupId: readString(reader, 'groupId'),
  }
}

export function streamsGroupTargetAssignmentMetadataKeyJson(value: StreamsGroupTargetAssignmentMetadataKey): JsonObject {
  return {
    groupId: value.groupId,
  }
}

export interface StreamsGroupTargetAssignmentMetadataValue {
  readonly assignmentEpoch: number
  readonly assignmentTimestamp: bigint
}

export function readStreamsGroupTargetAssignmentMetadataValue(reader: Reader): StreamsGroupTargetAssignmentMetadataValue {
  const assignmentEpoch = readInt32(reader)
  let assignmentTimestamp: StreamsGroupTargetAssignmentMetadataValue['assignmentTimestamp'] = 0n
  for (let left = readUnsignedVarint(reader); left > 0; left--) {
    const tag = readUnsignedVarint(reader)
    const size = readUnsignedVarint(reader)
    if (tag === 0) assignmentTimestamp = readInt64(reader)
    else skipTaggedField(reader, size)
  }
  return { assignmentEpoch, assignmentTimestamp }
}

export function streamsGroupTargetAssignmentMetadataValueJson(value: StreamsGroupTargetAssignmentMetadataValue): JsonObject {
  const json: Record<string, Json> = {}
  json.assignmentEpoch = value.assignmentEpoch
  if (value.assignmentTimestamp !== 0n) json.assignmentTimestamp = int64Json(value.assignmentTimestamp)
  return json
}
