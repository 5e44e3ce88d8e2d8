import type { BatchCodecs } from './batch.ts'
import { BATCH_HEADER_LENGTH, PREFIX } from './batchLayout.ts'
import { readInt64 } from './int64.ts'

/** How often all bytes may be summed up in one search: hostile ones could ask for it at every position. */
const MAX_SUMS = 16

export interface BatchSearch {
  readonly codecs: BatchCodecs
  /** In bytes; what claims more is no batch. */
  readonly maxLength: number
  /** Whether a batch counts whose end is not in `bytes`, so that its CRC cannot be checked. */
  readonly mayBeCut: boolean
}

/**
 * The first position from `from` on where a batch of message format v2 begins, or -1: for a log whose lengths no longer
 * lead from batch to batch. It has a header without contradictions, and its CRC is right.
 */
export function findBatch(bytes: Buffer, from: number, search: BatchSearch): number {
  let left = MAX_SUMS * bytes.length
  for (let at = from; at + BATCH_HEADER_LENGTH <= bytes.length; at++) {
    if (bytes[at + 16] !== 2 || !looksLikeBatch(bytes, at)) continue
    const length = PREFIX + bytes.readInt32BE(at + 8)
    if (length > search.maxLength) continue
    if (length > bytes.length - at) {
      if (search.mayBeCut) return at
      continue
    }
    left -= length
    if (left < 0) return -1
    if (search.codecs.crc32c(bytes, at + 21, at + length) === bytes.readUInt32BE(at + 17)) return at
  }
  return -1
}

/** Do the bytes at `at`, as far as they are there, look like the beginning of a batch or of preallocated space? */
export function beginsBatch(bytes: Buffer, at: number): boolean {
  if (bytes.length - at <= 16) return true
  const offset = readInt64(bytes, at)
  const length = bytes.readInt32BE(at + 8)
  if (length === 0 && offset === 0) return true
  return (bytes[at + 16] as number) <= 2 && length >= 14 && offset >= 0 && Number.isSafeInteger(offset)
}

/** No contradiction in the header at `at`, all of which is there. */
function looksLikeBatch(bytes: Buffer, at: number): boolean {
  const offset = readInt64(bytes, at)
  const lastOffsetDelta = bytes.readInt32BE(at + 23)
  const recordCount = bytes.readInt32BE(at + 57)
  return (
    offset >= 0 &&
    Number.isSafeInteger(offset) &&
    bytes.readInt32BE(at + 8) >= BATCH_HEADER_LENGTH - PREFIX &&
    bytes.readUInt16BE(at + 21) >> 7 === 0 &&
    lastOffsetDelta >= 0 &&
    recordCount >= 0 &&
    recordCount <= lastOffsetDelta + 1
  )
}
