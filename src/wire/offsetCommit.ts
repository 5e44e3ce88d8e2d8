/**
 * An offset commit, or the tombstone of one, as positions and numbers: one view is filled again for every record, so
 * that the path that sees each commit of a cluster makes neither objects nor strings. Positions are in the buffer that
 * was read. Names are raw UTF-8 there; `decodeUtf8` makes the strings that Kafka would.
 *
 * By hand, as the one reader of records that is not generated: a test holds that it accepts what those accept.
 */
export class OffsetCommitView {
  /** Record type of the key: 0 (brokers before 0.9) or 1. */
  typeId = -1
  groupStart = -1
  groupEnd = -1
  topicStart = -1
  topicEnd = -1
  partition = -1
  /** Where the key's last field ends: what differs from the key's end is not part of the key. */
  keyEnd = -1
  /** -1 for a tombstone. */
  valueVersion = -1
  /** NaN where it is not a safe integer: then `offsetBig` has it. */
  offset = Number.NaN
  offsetBig = 0n
  /** -1 where the version has none. */
  leaderEpoch = -1
  metadataStart = -1
  metadataEnd = -1
  /** Milliseconds since the epoch; the nearest number where the int64 at `commitTimestampStart` is no safe integer. */
  commitTimestamp = Number.NaN
  commitTimestampStart = -1
  /** Milliseconds since the epoch, rounded as `commitTimestamp` is; -1 where there is none (all but version 1). */
  expireTimestamp = Number.NaN
  /** Where the 16 bytes of the topic id begin; -1 where there is none, or the zero id, which stands for none. */
  topicIdStart = -1
}

/**
 * Fills `view` from a record whose key is `bytes[keyStart, keyEnd)`, and value `bytes[valueStart, valueEnd)` or none
 * (`valueStart` -1): `readOffsetCommitKey`, then `readOffsetCommitValue`. False, with the view in no particular state,
 * for a record of another type and for one that Kafka refuses; `decodeRecordAt` tells which and why.
 */
export function readOffsetCommit(
  bytes: Buffer,
  keyStart: number,
  keyEnd: number,
  valueStart: number,
  valueEnd: number,
  view: OffsetCommitView,
): boolean {
  if (keyStart < 0 || !readOffsetCommitKey(bytes, keyStart, keyEnd, view)) return false
  view.valueVersion = -1
  return valueStart < 0 || readOffsetCommitValue(bytes, valueStart, valueEnd, view.typeId, view)
}

/** Sets what the key tells: record type, group, topic, partition (int16, string, string, int32). */
export function readOffsetCommitKey(bytes: Buffer, start: number, end: number, view: OffsetCommitView): boolean {
  if (end - start < 10 || bytes[start] !== 0) return false
  const typeId = bytes[start + 1] as number
  if (typeId > 1) return false
  const groupStart = start + 4
  const groupEnd = groupStart + int16(bytes, start + 2)
  if (groupEnd < groupStart || groupEnd + 2 > end) return false
  const topicStart = groupEnd + 2
  const topicEnd = topicStart + int16(bytes, groupEnd)
  if (topicEnd < topicStart || topicEnd + 4 > end) return false
  view.typeId = typeId
  view.groupStart = groupStart
  view.groupEnd = groupEnd
  view.topicStart = topicStart
  view.topicEnd = topicEnd
  view.partition = int32(bytes, topicEnd)
  view.keyEnd = topicEnd + 4
  return true
}

/**
 * Sets what the value tells: version, offset, leader epoch (3+), metadata, commit timestamp, expire timestamp (1), tagged
 * fields (4+). `typeId` is that of the key: of type 0 Kafka reads version 0 only.
 */
export function readOffsetCommitValue(
  bytes: Buffer,
  start: number,
  end: number,
  typeId: number,
  view: OffsetCommitView,
): boolean {
  // The shortest value there is: version, offset, an empty metadata, commit timestamp.
  if (end - start < 20) return false
  const version = int16(bytes, start)
  if (version < 0 || version > (typeId === 0 ? 0 : 4)) return false
  view.valueVersion = version
  setOffset(bytes, start + 2, view)
  let at = start + 10
  view.leaderEpoch = -1
  if (version >= 3) {
    if (at + 4 > end) return false
    view.leaderEpoch = int32(bytes, at)
    at += 4
  }
  at = version >= 4 ? readCompactMetadata(bytes, at, end, view) : readMetadata(bytes, at, end, view)
  if (at < 0 || at + 8 > end) return false
  view.commitTimestampStart = at
  view.commitTimestamp = int64(bytes, at)
  at += 8
  view.expireTimestamp = -1
  if (version === 1) {
    if (at + 8 > end) return false
    view.expireTimestamp = int64(bytes, at)
  }
  view.topicIdStart = -1
  return version < 4 || readTaggedFields(bytes, at, end, view)
}

function setOffset(bytes: Buffer, at: number, view: OffsetCommitView): void {
  const offset = int64(bytes, at)
  if (Number.isSafeInteger(offset)) {
    view.offset = offset
  } else {
    view.offset = Number.NaN
    view.offsetBig = bytes.readBigInt64BE(at)
  }
}

/** -> where the metadata ends, -1 where Kafka refuses it. */
function readMetadata(bytes: Buffer, at: number, end: number, view: OffsetCommitView): number {
  if (at + 2 > end) return -1
  const length = int16(bytes, at)
  if (length < 0 || at + 2 + length > end) return -1
  view.metadataStart = at + 2
  view.metadataEnd = at + 2 + length
  return view.metadataEnd
}

function readCompactMetadata(bytes: Buffer, at: number, end: number, view: OffsetCommitView): number {
  const sized = varintSize(bytes, at, end)
  if (sized === 0) return -1
  const length = (varint(bytes, at, sized) - 1) | 0
  const start = at + sized
  if (length < 0 || length > MAX_STRING_LENGTH || start + length > end) return -1
  view.metadataStart = start
  view.metadataEnd = start + length
  return view.metadataEnd
}

const MAX_STRING_LENGTH = 0x7fff
const TOPIC_ID_TAG = 0

/** The last topic id counts; its size is not looked at, that of an unknown field is: as in Kafka's generated class. */
function readTaggedFields(bytes: Buffer, from: number, end: number, view: OffsetCommitView): boolean {
  let at = from
  let sized = varintSize(bytes, at, end)
  if (sized === 0) return false
  let left = varint(bytes, at, sized)
  at += sized
  for (; left > 0; left--) {
    sized = varintSize(bytes, at, end)
    if (sized === 0) return false
    const tag = varint(bytes, at, sized)
    at += sized
    sized = varintSize(bytes, at, end)
    if (sized === 0) return false
    const size = tag === TOPIC_ID_TAG ? 16 : varint(bytes, at, sized)
    at += sized
    if (size < 0 || size > end - at) return false
    if (tag === TOPIC_ID_TAG) view.topicIdStart = isZero(bytes, at) ? -1 : at
    at += size
  }
  return true
}

/** How many bytes an unsigned varint takes; 0 where it does not end in time. */
function varintSize(bytes: Buffer, at: number, end: number): number {
  const limit = Math.min(5, end - at)
  for (let size = 1; size <= limit; size++) if ((bytes[at + size - 1] as number) < 0x80) return size
  return 0
}

/** The fifth byte can set the sign, as in Kafka. */
function varint(bytes: Buffer, at: number, size: number): number {
  let value = 0
  for (let index = 0; index < size; index++) value |= ((bytes[at + index] as number) & 0x7f) << (7 * index)
  return value
}

function isZero(bytes: Buffer, at: number): boolean {
  if (int32(bytes, at) !== 0) return false
  return (int32(bytes, at + 4) | int32(bytes, at + 8) | int32(bytes, at + 12)) === 0
}

function int16(bytes: Buffer, at: number): number {
  return (((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16)) >> 16
}

/** A big-endian int32, without the checks that Buffer makes of its arguments. */
export function int32(bytes: Buffer, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  )
}

function int64(bytes: Buffer, at: number): number {
  return int32(bytes, at) * 0x1_0000_0000 + (int32(bytes, at + 4) >>> 0)
}
