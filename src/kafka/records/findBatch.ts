import type { BatchCodecs } from './batch.ts'
import {
  ATTRIBUTES_AT,
  BASE_OFFSET_AT,
  BATCH_HEADER_LENGTH,
  CRC_AT,
  LAST_OFFSET_DELTA_AT,
  LENGTH_AT,
  MAGIC_AT,
  PREFIX,
  RECORD_COUNT_AT,
} from './batchLayout.ts'
import { readInt64 } from './int64.ts'

/** The number of checksums that one search may compute over all bytes. Hostile bytes could cause one at every byte. */
const MAX_SUMS = 16

export interface BatchSearch {
  readonly codecs: BatchCodecs
  /** In bytes; a longer one is not a batch. */
  readonly maxLength: number
  /** Whether to accept a batch whose end is not in `bytes`, so that its CRC cannot be checked. */
  readonly mayBeCut: boolean
}

/**
 * The first byte from `from` on where a batch of message format v2 begins, or -1: for a log whose lengths no longer
 * lead from batch to batch. The header must be consistent, and the CRC must be right.
 */
export function findBatch(bytes: Buffer, from: number, search: BatchSearch): number {
  let left = MAX_SUMS * bytes.length
  for (let at = from; at + BATCH_HEADER_LENGTH <= bytes.length; at++) {
    if (bytes[at + MAGIC_AT] !== 2 || !looksLikeBatch(bytes, at)) continue
    const length = PREFIX + bytes.readInt32BE(at + LENGTH_AT)
    if (length > search.maxLength) continue
    if (length > bytes.length - at) {
      if (search.mayBeCut) return at
      continue
    }
    left -= length
    if (left < 0) return -1
    if (search.codecs.crc32c(bytes, at + ATTRIBUTES_AT, at + length) === bytes.readUInt32BE(at + CRC_AT)) return at
  }
  return -1
}

/** Do the bytes at `at`, as far as they are present, look like the beginning of a batch or of preallocated space? */
export function beginsBatch(bytes: Buffer, at: number): boolean {
  if (bytes.length - at <= MAGIC_AT) return true
  const offset = readInt64(bytes, at + BASE_OFFSET_AT)
  const length = bytes.readInt32BE(at + LENGTH_AT)
  if (length === 0 && offset === 0) return true
  return (bytes[at + MAGIC_AT] as number) <= 2 && length >= 14 && offset >= 0 && Number.isSafeInteger(offset)
}

/** True where the whole header at `at` is consistent. */
function looksLikeBatch(bytes: Buffer, at: number): boolean {
  const offset = readInt64(bytes, at + BASE_OFFSET_AT)
  const lastOffsetDelta = bytes.readInt32BE(at + LAST_OFFSET_DELTA_AT)
  const recordCount = bytes.readInt32BE(at + RECORD_COUNT_AT)
  return (
    offset >= 0 &&
    Number.isSafeInteger(offset) &&
    bytes.readInt32BE(at + LENGTH_AT) >= BATCH_HEADER_LENGTH - PREFIX &&
    bytes.readUInt16BE(at + ATTRIBUTES_AT) >> 7 === 0 &&
    lastOffsetDelta >= 0 &&
    recordCount >= 0 &&
    recordCount <= lastOffsetDelta + 1
  )
}
