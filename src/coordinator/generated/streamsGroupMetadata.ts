// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import { type Json, type JsonObject, int64Json } from '../jsonValue.ts'
import {
  type Reader,
  readCompactNullableCount,
  readCompactString,
  readInt32,
  readInt64,
  readNullableItems,
  readString,
  readUnsignedVarint,
  skipTaggedField,
  skipTaggedFields,
} from '../../kafka/records/reader.ts'

export interface StreamsGroupMetadataKey {
  readonly groupId: string
}

export function readStreamsGroupMetadataKey(reader: Reader): StreamsGroupMetadataKey {
  return {
    groupId: readString(reader, 'groupId'),
  }
}

export function streamsGroupMetadataKeyJson(value: StreamsGroupMetadataKey): JsonObject {
  return {
    groupId: value.groupId,
  }
}

export interface LastAssignmentConfig {
  readonly key: string
  readonly value: string
}

export interface StreamsGroupMetadataValue {
  readonly epoch: number
  readonly metadataHash: bigint
  readonly validatedTopologyEpoch: number
  readonly lastAssignmentConfigs: readonly LastAssignmentConfig[] | null
}

function readLastAssignmentConfig(reader: Reader): LastAssignmentConfig {
  const key = readCompactString(reader, 'key')
  const value = readCompactString(reader, 'value')
  skipTaggedFields(reader)
  return { key, value }
}

export function readStreamsGroupMetadataValue(reader: Reader): StreamsGroupMetadataValue {
  const epoch = readInt32(reader)
  const metadataHash = readInt64(reader)
  let validatedTopologyEpoch: StreamsGroupMetadataValue['validatedTopologyEpoch'] = -1
  let lastAssignmentConfigs: StreamsGroupMetadataValue['lastAssignmentConfigs'] = []
  for (let left = readUnsignedVarint(reader); left > 0; left--) {
    const tag = readUnsignedVarint(reader)
    const size = readUnsignedVarint(reader)
    if (tag === 0) validatedTopologyEpoch = readInt32(reader)
    else if (tag === 1) lastAssignmentConfigs = readNullableItems(readCompactNullableCount(reader, 'lastAssignmentConfigs'), () => readLastAssignmentConfig(reader))
    else skipTaggedField(reader, size)
  }
  return { epoch, metadataHash, validatedTopologyEpoch, lastAssignmentConfigs }
}

function lastAssignmentConfigJson(value: LastAssignmentConfig): JsonObject {
  return {
    key: value.key,
    value: value.value,
  }
}

export function streamsGroupMetadataValueJson(value: StreamsGroupMetadataValue): JsonObject {
  const json: Record<string, Json> = {}
  json.epoch = value.epoch
  json.metadataHash = int64Json(value.metadataHash)
  if (value.validatedTopologyEpoch !== -1) json.validatedTopologyEpoch = value.validatedTopologyEpoch
  if (!(value.lastAssignmentConfigs !== null && value.lastAssignmentConfigs.length === 0)) json.lastAssignmentConfigs = value.lastAssignmentConfigs === null ? null : value.lastAssignmentConfigs.map(element => lastAssignmentConfigJson(element))
  return json
}
