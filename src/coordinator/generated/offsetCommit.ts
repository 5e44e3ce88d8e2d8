// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import { type Json, type JsonObject, int64Json } from '../jsonValue.ts'
import {
  type Reader,
  readCompactString,
  readInt32,
  readInt64,
  readString,
  readUnsignedVarint,
  readUuid,
  skipTaggedField,
} from '../../kafka/records/reader.ts'

export interface OffsetCommitKey {
  readonly group: string
  readonly topic: string
  readonly partition: number
}

export function readOffsetCommitKey(reader: Reader): OffsetCommitKey {
  return {
    group: readString(reader, 'group'),
    topic: readString(reader, 'topic'),
    partition: readInt32(reader),
  }
}

export function offsetCommitKeyJson(value: OffsetCommitKey): JsonObject {
  return {
    group: value.group,
    topic: value.topic,
    partition: value.partition,
  }
}

export interface OffsetCommitValue {
  readonly offset: bigint
  readonly leaderEpoch: number
  readonly metadata: string
  readonly commitTimestamp: bigint
  readonly expireTimestamp: bigint
  readonly topicId: string
}

export function readOffsetCommitValue(reader: Reader, version: number): OffsetCommitValue {
  const offset = readInt64(reader)
  const leaderEpoch = version >= 3 ? readInt32(reader) : -1
  const metadata = version >= 4 ? readCompactString(reader, 'metadata') : readString(reader, 'metadata')
  const commitTimestamp = readInt64(reader)
  const expireTimestamp = version === 1 ? readInt64(reader) : -1n
  let topicId: OffsetCommitValue['topicId'] = 'AAAAAAAAAAAAAAAAAAAAAA'
  if (version >= 4) {
    for (let left = readUnsignedVarint(reader); left > 0; left--) {
      const tag = readUnsignedVarint(reader)
      const size = readUnsignedVarint(reader)
      if (tag === 0) topicId = readUuid(reader)
      else skipTaggedField(reader, size)
    }
  }
  return { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp, topicId }
}

export function offsetCommitValueJson(value: OffsetCommitValue, version: number): JsonObject {
  const json: Record<string, Json> = {}
  json.offset = int64Json(value.offset)
  if (version >= 3) json.leaderEpoch = value.leaderEpoch
  json.metadata = value.metadata
  json.commitTimestamp = int64Json(value.commitTimestamp)
  if (version === 1) json.expireTimestamp = int64Json(value.expireTimestamp)
  if (version >= 4 && value.topicId !== 'AAAAAAAAAAAAAAAAAAAAAA') json.topicId = value.topicId
  return json
}
