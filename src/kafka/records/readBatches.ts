import { compressions, type RecordBatch } from './batch.ts'
import { type BatchItem, type BatchScanOptions, batchFault, crcReason, decompressionReason } from './batchFault.ts'
import {
  ATTRIBUTES_AT,
  BASE_OFFSET_AT,
  BASE_SEQUENCE_AT,
  BASE_TIMESTAMP_AT,
  BATCH_HEADER_LENGTH,
  COMPRESSION_BITS,
  CONTROL_BIT,
  CRC_AT,
  LAST_OFFSET_DELTA_AT,
  LEADER_EPOCH_AT,
  LENGTH_AT,
  LOG_APPEND_TIME_BIT,
  MAGIC_AT,
  MAX_TIMESTAMP_AT,
  PREFIX,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  RECORD_COUNT_AT,
  TRANSACTIONAL_BIT,
} from './batchLayout.ts'
import { beginsBatch, findBatch } from './findBatch.ts'
import { readInt64 } from './int64.ts'
import { readLegacyMessage } from './legacyMessages.ts'

export type { BatchItem, BatchScanOptions } from './batchFault.ts'

export interface BatchScan {
  readonly items: readonly BatchItem[]
  /**
   * The number of bytes that are done. After them comes the beginning of a batch, or preallocated space, or what is
   * beyond `limit`; or see `isLost`.
   */
  readonly consumed: number
  /**
   * True where the lengths lead no further: the last item is a fault, one byte before `consumed`, and the next batch
   * has to be searched for (`findBatch`). Never true of a Fetch response of a sound broker.
   */
  readonly isLost: boolean
}

/** The shortest possible message: crc, magic, attributes, null key, null value (message format v0). */
const MIN_LENGTH = 14
const NO_PRODUCER_ID = -1n

/**
 * Walks the record batches in `bytes` in place: message formats v0, v1 and v2, all codecs, with CRC checks. Never
 * throws on bad bytes: a batch that cannot be read is a fault, and the walk continues after it. An incomplete batch at
 * the end is left unconsumed without a fault, because a Fetch response may be cut anywhere; so is space that holds only
 * zeros.
 * Uncompressed v2 batches point into `bytes`; any other gets a buffer of its own. Layout: KIP-98, KIP-32, KIP-31.
 */
export function readBatches(bytes: Buffer, options: BatchScanOptions): BatchScan {
  const items: BatchItem[] = []
  let at = 0
  const { limit = Number.POSITIVE_INFINITY } = options
  while (bytes.length - at > MAGIC_AT && items.length < limit) {
    const length = bytes.readInt32BE(at + LENGTH_AT)
    if (length < MIN_LENGTH) {
      if (length === 0 && readInt64(bytes, at) === 0) break
      items.push(batchFault(bytes, at, options, 'BAD_BATCH', `impossible batch length ${length}`))
      return { items, consumed: at + 1, isLost: true }
    }
    const end = at + PREFIX + length
    if (end > bytes.length) break
    const count = items.length
    const magic = bytes[at + MAGIC_AT] as number
    if (magic === 2) items.push(readBatch(bytes, at, end, options))
    else if (magic < 2) items.push(...readLegacyMessage(bytes, at, end, options))
    else items.push(batchFault(bytes, at, options, 'UNKNOWN_MAGIC', `unknown message format ${magic}`))
    if (items[count]?.kind !== 'fault') {
      at = end
    } else if (options.hasMore === true && bytes.length - end < BATCH_HEADER_LENGTH) {
      items.length = count
      break
    } else {
      // No CRC covers a length. If this one is wrong, a sound batch can begin before it says, and end behind these bytes
      const search = { codecs: options.codecs, maxLength: bytes.length, mayBeCut: options.hasMore === true }
      const next = findBatch(bytes, at + 1, search)
      if (beginsBatch(bytes, end) && (next < 0 || next > end)) at = end
      else if (next >= 0) at = next
      else return { items, consumed: at + 1, isLost: true }
    }
  }
  return { items, consumed: at, isLost: false }
}

function readBatch(bytes: Buffer, at: number, end: number, options: BatchScanOptions): BatchItem {
  if (end - at < BATCH_HEADER_LENGTH) {
    return batchFault(bytes, at, options, 'BAD_BATCH', `${end - at} bytes are too few for the header of a batch`)
  }
  const expected = bytes.readUInt32BE(at + CRC_AT)
  const actual = options.codecs.crc32c(bytes, at + ATTRIBUTES_AT, end)
  if (actual !== expected) {
    return batchFault(bytes, at, options, 'CRC_MISMATCH', crcReason('CRC32C', actual, expected))
  }
  return openBatch(bytes, at, end, options)
}

/**
 * Opens the batch of message format v2 in `bytes[at, end)`, whose checksum is right and whose header is complete: a batch of
 * `walkBatches`.
 */
export function openBatch(bytes: Buffer, at: number, end: number, options: BatchScanOptions): BatchItem {
  const attributes = bytes.readInt16BE(at + ATTRIBUTES_AT)
  const baseOffset = readInt64(bytes, at + BASE_OFFSET_AT)
  const lastOffset = baseOffset + bytes.readInt32BE(at + LAST_OFFSET_DELTA_AT)
  const recordCount = bytes.readInt32BE(at + RECORD_COUNT_AT)
  if (baseOffset < 0 || lastOffset < baseOffset || !Number.isSafeInteger(lastOffset) || recordCount < 0) {
    const reason = `offsets ${baseOffset} to ${lastOffset} with ${recordCount} records are impossible`
    return batchFault(bytes, at, options, 'BAD_BATCH', reason)
  }
  const compression = compressions[attributes & COMPRESSION_BITS]
  if (compression === undefined) {
    return batchFault(bytes, at, options, 'BAD_COMPRESSION', `unknown codec ${attributes & COMPRESSION_BITS}`)
  }
  let body = bytes
  let start = at + BATCH_HEADER_LENGTH
  let stop = end
  if (compression !== 'none') {
    try {
      body = options.codecs.decompress(compression, bytes.subarray(start, end))
    } catch (error) {
      return batchFault(bytes, at, options, 'BAD_COMPRESSION', decompressionReason(compression, error))
    }
    start = 0
    stop = body.length
  }
  const batch: RecordBatch = {
    partition: options.partition,
    byteOffset: (options.fileOffset ?? 0) + at,
    baseOffset,
    lastOffset,
    leaderEpoch: bytes.readInt32BE(at + LEADER_EPOCH_AT),
    magic: 2,
    compression,
    timestampType: (attributes & LOG_APPEND_TIME_BIT) === 0 ? 'CreateTime' : 'LogAppendTime',
    baseTimestamp: readInt64(bytes, at + BASE_TIMESTAMP_AT),
    maxTimestamp: readInt64(bytes, at + MAX_TIMESTAMP_AT),
    isTransactional: (attributes & TRANSACTIONAL_BIT) !== 0,
    isControl: (attributes & CONTROL_BIT) !== 0,
    producerId: producerIdAt(bytes, at + PRODUCER_ID_AT),
    producerEpoch: bytes.readInt16BE(at + PRODUCER_EPOCH_AT),
    baseSequence: bytes.readInt32BE(at + BASE_SEQUENCE_AT),
    recordCount,
    bytes: body,
    start,
    end: stop,
  }
  return { kind: 'batch', batch }
}

/** Most batches have -1 here: this avoids a bigint for each. */
function producerIdAt(bytes: Buffer, at: number): bigint {
  return bytes.readInt32BE(at) === -1 && bytes.readInt32BE(at + 4) === -1 ? NO_PRODUCER_ID : bytes.readBigInt64BE(at)
}

/**
 * At most so many batches are opened together. V8 allocates objects of a site that often survived in the old generation,
 * where only a full collection frees them. Of so few, none survives: 25 MB less than with 256, and less to do.
 */
export const BATCHES_AT_A_TIME = 32
