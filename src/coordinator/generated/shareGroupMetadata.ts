// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import { type JsonObject, int64Json } from '../jsonValue.ts'
import { type Reader, readInt32, readInt64, readString, skipTaggedFields } from '../../kafka/records/reader.ts'

export interface ShareGroupMetadataKey {
  readonly groupId: string
}

export function readShareGroupMetadataKey(reader: Reader): ShareGroupMetadataKey {
  return {
    groupId: readString(reader, 'groupId'),
  }
}

export function shareGroupMetadataKeyJson(value: ShareGroupMetadataKey): JsonObject {
  return {
    groupId: value.groupId,
  }
}

export interface ShareGroupMetadataValue {
  readonly epoch: number
  readonly metadataHash: bigint
}

export function readShareGroupMetadataValue(reader: Reader): ShareGroupMetadataValue {
  const epoch = readInt32(reader)
  const metadataHash = readInt64(reader)
  skipTaggedFields(reader)
  return { epoch, metadataHash }
}

export function shareGroupMetadataValueJson(value: ShareGroupMetadataValue): JsonObject {
  return {
    epoch: value.epoch,
    metadataHash: int64Json(value.metadataHash),
  }
}
