import type { BatchCodecs } from '../records/batch.ts'
import { ATTRIBUTES_AT, BATCH_HEADER_LENGTH, CRC_AT, MAGIC_AT, PREFIX } from '../records/batchLayout.ts'
import { readInt64 } from '../records/int64.ts'

/** What the headers of a partition's fetched record batches say, without opening one. */
export interface BatchWalk {
  /** Bytes of whole batches; what follows is the beginning of another one. */
  readonly length: number
  /** True where what follows cannot be the beginning of a batch. */
  readonly isBroken: boolean
  /** The offset after the last one; the position that was given where there is none. */
  readonly next: number
  /** Where the leader epoch is another than in the batch before, in order; -1 in formats that have none (v0, v1). */
  readonly epochs: readonly EpochStart[]
}

export interface EpochStart {
  readonly epoch: number
  /** Base offset of the first batch under it. */
  readonly start: number
}

const EPOCH_AT = 12
const LAST_DELTA_AT = 23
const MIN_LENGTH = 14

export interface WalkOptions {
  /** The offset that was fetched. */
  readonly position: number
  /** Leader epoch of the batch before these. */
  readonly epoch: number
  readonly codecs: BatchCodecs
}

/**
 * Finds where to fetch next before the batches are worked on, so that the next Fetch can be under way meanwhile.
 * The last batch decides, and only its checksum is looked at: what a broken header before it claims misleads nobody.
 */
export function walkBatches(records: Buffer, { position, epoch, codecs }: WalkOptions): BatchWalk {
  const epochs: EpochStart[] = []
  let isBroken = false
  let lastEpoch = epoch
  let last = -1
  let at = 0
  while (records.length - at > MAGIC_AT) {
    const length = records.readInt32BE(at + 8)
    const end = at + PREFIX + length
    isBroken = length < MIN_LENGTH
    if (isBroken || end > records.length) break
    const batchEpoch = isV2(records, at, end) ? records.readInt32BE(at + EPOCH_AT) : -1
    if (batchEpoch !== lastEpoch) epochs.push({ epoch: batchEpoch, start: readInt64(records, at) })
    lastEpoch = batchEpoch
    last = at
    at = end
  }
  const next = last < 0 ? position : Math.max(position, offsetAfter(records, last, at, codecs))
  return { length: at, isBroken, next, epochs }
}

function offsetAfter(records: Buffer, at: number, end: number, codecs: BatchCodecs): number {
  const base = readInt64(records, at)
  if (!Number.isSafeInteger(base)) return -1
  // Formats v0 and v1 put the last offset of compressed messages on their wrapper. Of a broken batch nothing can be
  // believed but its offset, which brokers themselves go by.
  if (!isV2(records, at, end) || !isIntact(records, at, end, codecs)) return base + 1
  return base + Math.max(0, records.readInt32BE(at + LAST_DELTA_AT)) + 1
}

function isV2(records: Buffer, at: number, end: number): boolean {
  return (records[at + MAGIC_AT] as number) >= 2 && end - at >= BATCH_HEADER_LENGTH
}

function isIntact(records: Buffer, at: number, end: number, codecs: BatchCodecs): boolean {
  return records.readUInt32BE(at + CRC_AT) === codecs.crc32c(records.subarray(at + ATTRIBUTES_AT, end))
}
