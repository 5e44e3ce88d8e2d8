// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import { type JsonObject, int64Json } from '../jsonValue.ts'
import { type Reader, readInt32, readInt64, readString } from '../../kafka/records/reader.ts'

export interface LegacyOffsetCommitKey {
  readonly group: string
  readonly topic: string
  readonly partition: number
}

export function readLegacyOffsetCommitKey(reader: Reader): LegacyOffsetCommitKey {
  return {
    group: readString(reader, 'group'),
    topic: readString(reader, 'topic'),
    partition: readInt32(reader),
  }
}

export function legacyOffsetCommitKeyJson(value: LegacyOffsetCommitKey): JsonObject {
  return {
    group: value.group,
    topic: value.topic,
    partition: value.partition,
  }
}

export interface LegacyOffsetCommitValue {
  readonly offset: bigint
  readonly metadata: string
  readonly commitTimestamp: bigint
}

export function readLegacyOffsetCommitValue(reader: Reader): LegacyOffsetCommitValue {
  return {
    offset: readInt64(reader),
    metadata: readString(reader, 'metadata'),
    commitTimestamp: readInt64(reader),
  }
}

export function legacyOffsetCommitValueJson(value: LegacyOffsetCommitValue): JsonObject {
  return {
    offset: int64Json(value.offset),
    metadata: value.metadata,
    commitTimestamp: int64Json(value.commitTimestamp),
  }
}
