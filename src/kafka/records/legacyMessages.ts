import { type Compression, compressions, type RecordBatch } from './batch.ts'
import { type BatchItem, type BatchScanOptions, batchFault, crcReason, decompressionReason } from './batchFault.ts'
import { MAGIC_AT, PREFIX } from './batchLayout.ts'
import { encodeRecords } from './encodeRecords.ts'
import { readInt64 } from './int64.ts'
import { withRepairedChecksum } from './lz4Header.ts'

/** A message of format v0 or v1, its key and value taken out. */
interface Message {
  readonly offset: number
  readonly magic: 0 | 1
  readonly attributes: number
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
}

const CRC_AT = 12
const MIN_LENGTH = 14

/**
 * Reads the message in `bytes[at, end)`, of message format v0 or v1: one batch, or where it is a compressed wrapper one
 * for each message in it. Its CRC covers a wrapper as a whole. Layout: KIP-31 (relative inner offsets) and KIP-32
 * (timestamps) for v1; v0 has absolute inner offsets and no time.
 */
export function readLegacyMessage(bytes: Buffer, at: number, end: number, options: BatchScanOptions): BatchItem[] {
  const expected = bytes.readUInt32BE(at + CRC_AT)
  const actual = options.codecs.crc32(bytes.subarray(at + MAGIC_AT, end))
  if (actual !== expected) {
    return [batchFault(bytes, at, options, 'CRC_MISMATCH', crcReason('CRC32', actual, expected))]
  }
  const message = readMessage(bytes, at, end)
  if (typeof message === 'string') return [batchFault(bytes, at, options, 'BAD_BATCH', message)]
  const compression = compressions[message.attributes & 7]
  if (compression === undefined) {
    return [batchFault(bytes, at, options, 'BAD_COMPRESSION', `unknown codec ${message.attributes & 7}`)]
  }
  const place = { partition: options.partition, byteOffset: (options.fileOffset ?? 0) + at }
  if (compression === 'none') return [{ kind: 'batch', batch: asBatch(message, 'none', place) }]
  if (message.value === null) return [batchFault(bytes, at, options, 'BAD_BATCH', 'a compressed message without value')]
  let inner: Buffer
  try {
    const broken = compression === 'lz4' && message.magic === 0
    inner = options.codecs.decompress(compression, broken ? withRepairedChecksum(message.value) : message.value)
  } catch (error) {
    return [batchFault(bytes, at, options, 'BAD_COMPRESSION', decompressionReason(compression, error))]
  }
  const messages = readInnerMessages(inner, message)
  if (typeof messages === 'string') return [batchFault(bytes, at, options, 'BAD_BATCH', messages)]
  return messages.map(one => ({ kind: 'batch', batch: asBatch(one, compression, place) }))
}

/** The messages of a wrapper with their log offsets and times, or the reason why they cannot be read. */
function readInnerMessages(bytes: Buffer, wrapper: Message): Message[] | string {
  const messages: Message[] = []
  let at = 0
  while (at < bytes.length) {
    const left = bytes.length - at
    const end = left < PREFIX ? Number.POSITIVE_INFINITY : at + PREFIX + bytes.readInt32BE(at + 8)
    if (end > bytes.length) return `a compressed message whose content is cut off ${left} bytes before its end`
    if (end - at < PREFIX + MIN_LENGTH) return `a compressed message that holds one of length ${end - at - PREFIX}`
    if (bytes[at + MAGIC_AT] !== wrapper.magic) return 'a compressed message that holds another message format'
    const message = readMessage(bytes, at, end)
    if (typeof message === 'string') return message
    if ((message.attributes & 7) !== 0) return 'a compressed message that holds a compressed message'
    messages.push(message)
    at = end
  }
  const last = messages.at(-1)
  if (last === undefined) return 'a compressed message that holds none'
  if (wrapper.magic === 0) return messages
  // KIP-31: the wrapper has the offset of its last message, the others are relative to one another
  const base = wrapper.offset - last.offset
  const times = (wrapper.attributes & 8) === 0 ? {} : { attributes: wrapper.attributes, timestamp: wrapper.timestamp }
  const moved = messages.map(message => ({ ...message, ...times, offset: base + message.offset }))
  return moved.every(message => message.offset >= 0) ? moved : 'a compressed message with impossible inner offsets'
}

/** The message in `bytes[at, end)`, at least `PREFIX + MIN_LENGTH` long; or the reason why it cannot be read. */
function readMessage(bytes: Buffer, at: number, end: number): Message | string {
  const offset = readInt64(bytes, at)
  if (offset < 0 || !Number.isSafeInteger(offset)) return `offset ${offset} is impossible`
  const magic = bytes[at + MAGIC_AT] === 0 ? 0 : 1
  const keyAt = at + (magic === 0 ? 18 : 26)
  if (end - keyAt < 8) return `${end - at} bytes are too few for a message of format v${magic}`
  const key = sized(bytes, keyAt, end)
  if (key === undefined) return 'the key is longer than the message'
  const valueAt = keyAt + 4 + (key?.length ?? 0)
  const value = end - valueAt < 4 ? undefined : sized(bytes, valueAt, end)
  if (value === undefined) return 'the value is longer than the message'
  const timestamp = magic === 0 ? -1 : readInt64(bytes, at + 18)
  return { offset, magic, attributes: bytes[at + 17] as number, timestamp, key, value }
}

/** Bytes after their length. A negative length means null; undefined where the length is too large. */
function sized(bytes: Buffer, at: number, end: number): Buffer | null | undefined {
  const length = bytes.readInt32BE(at)
  if (length < 0) return null
  return length > end - at - 4 ? undefined : bytes.subarray(at + 4, at + 4 + length)
}

type Place = Pick<RecordBatch, 'partition' | 'byteOffset'>

function asBatch(message: Message, compression: Compression, place: Place): RecordBatch {
  const { offset, timestamp, magic } = message
  const bytes = encodeRecords([message], message)
  return {
    ...place,
    baseOffset: offset,
    lastOffset: offset,
    leaderEpoch: -1,
    magic,
    compression,
    timestampType: magic === 0 ? 'NoTimestampType' : (message.attributes & 8) === 0 ? 'CreateTime' : 'LogAppendTime',
    baseTimestamp: timestamp,
    maxTimestamp: timestamp,
    isTransactional: false,
    isControl: false,
    producerId: -1n,
    producerEpoch: -1,
    baseSequence: -1,
    recordCount: 1,
    bytes,
    start: 0,
    end: bytes.length,
  }
}
