import type { Crc32c } from './batch.ts'
import {
  ATTRIBUTES_AT,
  BASE_OFFSET_AT,
  BATCH_HEADER_LENGTH,
  CRC_AT,
  LAST_OFFSET_DELTA_AT,
  LEADER_EPOCH_AT,
  LENGTH_AT,
  MAGIC_AT,
  PREFIX,
} from './batchLayout.ts'
import { readInt64 } from './int64.ts'

/** The record batches at the start of some bytes: those of message format v2 with the right checksum. */
export interface BatchWalk {
  /** Where each batch begins, and at the end where the last one ends. */
  readonly bounds: Uint32Array
  /** True where the bytes after them can be the beginning of another such batch. */
  readonly isSound: boolean
  /** The offset after the last one; -1 without a batch. */
  readonly next: number
  /** The leader epoch of the first batch, and each change of it, in order. */
  readonly epochs: readonly EpochStart[]
}

export interface EpochStart {
  /** -1 in message formats v0 and v1, which have none. */
  readonly epoch: number
  /** Base offset of the first batch under it. */
  readonly start: number
}

/** The length field of a batch without records. */
const MIN_LENGTH = BATCH_HEADER_LENGTH - PREFIX
let bounds = new Uint32Array(256)

/** Walks the batches once and opens none. It ignores what current brokers do not write: see `walkRest`. */
export function walkBatches(bytes: Buffer, crc32c: Crc32c): BatchWalk {
  const epochs: EpochStart[] = []
  let lastEpoch = -2
  let count = 0
  let last = -1
  let at = 0
  let isSound = true
  while (bytes.length - at >= CRC_AT + 4) {
    const length = bytes.readInt32BE(at + LENGTH_AT)
    const end = at + PREFIX + length
    isSound = length >= MIN_LENGTH && bytes[at + MAGIC_AT] === 2
    if (!isSound || end > bytes.length) break
    isSound = crc32c(bytes, at + ATTRIBUTES_AT, end) === bytes.readUInt32BE(at + CRC_AT)
    if (!isSound) break
    const epoch = bytes.readInt32BE(at + LEADER_EPOCH_AT)
    if (epoch !== lastEpoch) epochs.push({ epoch, start: readInt64(bytes, at + BASE_OFFSET_AT) })
    lastEpoch = epoch
    if (count + 1 >= bounds.length) bounds = grown(bounds)
    bounds[count++] = at
    last = at
    at = end
  }
  bounds[count] = at
  return { bounds: bounds.slice(0, count + 1), isSound, next: last < 0 ? -1 : offsetAfter(bytes, last, true), epochs }
}

/** What follows the batches of `walkBatches`: messages of formats v0 and v1, or damage. */
export interface RestWalk extends Omit<BatchWalk, 'bounds' | 'isSound'> {
  /** Bytes of whole batches; the beginning of another one may follow. */
  readonly length: number
  /** True where what follows them cannot be the beginning of a batch. */
  readonly isBroken: boolean
}

/** The shortest possible message: CRC, magic, attributes, null key, null value (message format v0). */
const SHORTEST_MESSAGE = 14

/**
 * Walks batches of any format by their lengths. It checks only the last checksum, because the next offset follows from
 * that batch: a broken header before it does not matter.
 */
export function walkRest(bytes: Buffer, crc32c: Crc32c): RestWalk {
  const epochs: EpochStart[] = []
  let isBroken = false
  let lastEpoch = -2
  let last = -1
  let at = 0
  while (bytes.length - at > MAGIC_AT) {
    const length = bytes.readInt32BE(at + LENGTH_AT)
    const end = at + PREFIX + length
    isBroken = length < SHORTEST_MESSAGE
    if (isBroken || end > bytes.length) break
    const epoch = isV2(bytes, at, end) ? bytes.readInt32BE(at + LEADER_EPOCH_AT) : -1
    if (epoch !== lastEpoch) epochs.push({ epoch, start: readInt64(bytes, at + BASE_OFFSET_AT) })
    lastEpoch = epoch
    last = at
    at = end
  }
  if (last < 0) return { length: at, isBroken, next: -1, epochs }
  // In message formats v0 and v1 the wrapper of compressed messages has the last offset. Of a broken batch only the
  // base offset is trusted, as brokers do.
  const isIntact =
    isV2(bytes, last, at) && bytes.readUInt32BE(last + CRC_AT) === crc32c(bytes, last + ATTRIBUTES_AT, at)
  return { length: at, isBroken, next: offsetAfter(bytes, last, isIntact), epochs }
}

function isV2(bytes: Buffer, at: number, end: number): boolean {
  return (bytes[at + MAGIC_AT] as number) >= 2 && end - at >= BATCH_HEADER_LENGTH
}

function offsetAfter(bytes: Buffer, at: number, hasDelta: boolean): number {
  const base = readInt64(bytes, at + BASE_OFFSET_AT)
  if (!Number.isSafeInteger(base)) return -1
  return base + 1 + (hasDelta ? Math.max(0, bytes.readInt32BE(at + LAST_OFFSET_DELTA_AT)) : 0)
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(array.length * 2)
  longer.set(array)
  return longer
}
