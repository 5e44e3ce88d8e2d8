import { int64At } from '../kafka/records/int64.ts'
/**
 * An offset commit, or its tombstone, as positions and numbers. One view is reused for all records, so that the hot
 * path creates neither objects nor strings. Positions are in the buffer that was read. Names are raw UTF-8 there;
 * `decodeUtf8` makes the strings that Kafka would.
 * Written by hand, unlike the other record readers, which are generated. A test holds that it accepts the same bytes as
 * they do.
 */
export class OffsetCommitView {
  /** Record type of the key: 0 (brokers before 0.9) or 1. */
  typeId = -1
  groupStart = -1
  groupEnd = -1
  topicStart = -1
  topicEnd = -1
  partition = -1
  /** Where the key's last field ends. Bytes after it are not part of the key. */
  keyEnd = -1
  /** -1 for a tombstone. */
  valueVersion = -1
  /** NaN where it is not a safe integer: `offsetBig` then has the value. */
  offset = Number.NaN
  offsetBig = 0n
  /** -1 where the version has no such field. */
  leaderEpoch = -1
  metadataStart = -1
  metadataEnd = -1
  /**
   * Milliseconds since the epoch; where the int64 at `commitTimestampStart` is not a safe integer, the nearest number.
   */
  commitTimestamp = Number.NaN
  commitTimestampStart = -1
  /** Milliseconds since the epoch, rounded as `commitTimestamp` is; -1 in all versions but 1. */
  expireTimestamp = Number.NaN
  /** Where the 16 bytes of the topic id begin; -1 where there is none, or the zero id, which means none. */
  topicIdStart = -1
}

/** Sets the fields of the key: record type, group, topic, partition (int16, string, string, int32). */
export function readOffsetCommitKey(words: DataView, start: number, end: number, view: OffsetCommitView): boolean {
  if (end - start < 10) return false
  const typeId = words.getInt16(start)
  if (typeId !== 0 && typeId !== 1) return false
  const groupStart = start + 4
  const groupEnd = groupStart + words.getInt16(start + 2)
  if (groupEnd < groupStart || groupEnd + 2 > end) return false
  const topicStart = groupEnd + 2
  const topicEnd = topicStart + words.getInt16(groupEnd)
  if (topicEnd < topicStart || topicEnd + 4 > end) return false
  view.typeId = typeId
  view.groupStart = groupStart
  view.groupEnd = groupEnd
  view.topicStart = topicStart
  view.topicEnd = topicEnd
  view.partition = words.getInt32(topicEnd)
  view.keyEnd = topicEnd + 4
  return true
}

/**
 * Sets the fields of the value: version, offset, leader epoch (3+), metadata, commit timestamp, expire timestamp (1),
 * tagged fields (4+). `typeId` is that of the key: with type 0 Kafka reads only version 0.
 */
export function readOffsetCommitValue(
  words: DataView,
  start: number,
  end: number,
  typeId: number,
  view: OffsetCommitView,
): boolean {
  // The shortest possible value: version, offset, an empty metadata, commit timestamp.
  if (end - start < 20) return false
  const version = words.getInt16(start)
  if (version < 0 || version > (typeId === 0 ? 0 : 4)) return false
  view.valueVersion = version
  const offset = int64At(words, start + 2)
  view.offset = Number.isSafeInteger(offset) ? offset : Number.NaN
  if (view.offset !== offset) view.offsetBig = words.getBigInt64(start + 2)
  let at = start + 10
  view.leaderEpoch = -1
  if (version >= 3) {
    if (at + 4 > end) return false
    view.leaderEpoch = words.getInt32(at)
    at += 4
  }
  const lengthSize = version >= 4 ? varintSize(words, at, end) : 2
  const length = version >= 4 ? compactLength(words, at, lengthSize) : words.getInt16(at)
  at += lengthSize
  if (length < 0 || at + length + 8 > end) return false
  view.metadataStart = at
  view.metadataEnd = at + length
  at += length
  view.commitTimestampStart = at
  view.commitTimestamp = int64At(words, at)
  at += 8
  view.expireTimestamp = -1
  if (version === 1) {
    if (at + 8 > end) return false
    view.expireTimestamp = int64At(words, at)
  }
  view.topicIdStart = -1
  return version < 4 || readTaggedFields(words, at, end, view)
}

const MAX_STRING_LENGTH = 0x7fff

/** The length of a string, from a varint of `size` bytes; negative where Kafka refuses it. */
function compactLength(words: DataView, at: number, size: number): number {
  const length = size === 0 ? -1 : (varint(words, at, size) - 1) | 0
  return length > MAX_STRING_LENGTH ? -1 : length
}

const TOPIC_ID_TAG = 0
/** How the tagged fields begin where the only one is the topic id. */
const ONE_TOPIC_ID = 0x0100 + TOPIC_ID_TAG
const UUID_LENGTH = 16

function readTaggedFields(words: DataView, at: number, end: number, view: OffsetCommitView): boolean {
  // As brokers write them: none, or only the topic id. Its size is not checked here, as below.
  if (at < end && words.getUint8(at) === 0) return true
  const idAt = at + 3
  if (idAt + UUID_LENGTH <= end && words.getUint16(at) === ONE_TOPIC_ID && words.getUint8(at + 2) < 0x80) {
    view.topicIdStart = isZero(words, idAt) ? -1 : idAt
    return true
  }
  return readAnyTaggedFields(words, at, end, view)
}

/** The last topic id counts. Its size is not checked, that of an unknown field is: as in Kafka's generated class. */
function readAnyTaggedFields(words: DataView, from: number, end: number, view: OffsetCommitView): boolean {
  let at = from
  let sized = varintSize(words, at, end)
  if (sized === 0) return false
  let left = varint(words, at, sized)
  at += sized
  for (; left > 0; left--) {
    sized = varintSize(words, at, end)
    if (sized === 0) return false
    const tag = varint(words, at, sized)
    at += sized
    sized = varintSize(words, at, end)
    if (sized === 0) return false
    const size = tag === TOPIC_ID_TAG ? UUID_LENGTH : varint(words, at, sized)
    at += sized
    if (size < 0 || size > end - at) return false
    if (tag === TOPIC_ID_TAG) view.topicIdStart = isZero(words, at) ? -1 : at
    at += size
  }
  return true
}

/** The number of bytes of an unsigned varint, nearly always one; 0 where it does not end in time. */
function varintSize(words: DataView, at: number, end: number): number {
  if (at < end && words.getUint8(at) < 0x80) return 1
  const limit = Math.min(5, end - at)
  for (let size = 1; size <= limit; size++) if (words.getUint8(at + size - 1) < 0x80) return size
  return 0
}

/** The fifth byte can set the sign, as in Kafka. */
function varint(words: DataView, at: number, size: number): number {
  if (size === 1) return words.getUint8(at)
  let value = 0
  for (let index = 0; index < size; index++) value |= (words.getUint8(at + index) & 0x7f) << (7 * index)
  return value
}

function isZero(words: DataView, at: number): boolean {
  return (words.getInt32(at) | words.getInt32(at + 4) | words.getInt32(at + 8) | words.getInt32(at + 12)) === 0
}
