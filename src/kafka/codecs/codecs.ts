import { createRequire } from 'node:module'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { crc32 } from '@node-rs/crc32'
import type * as Lz4 from 'lz4-napi'
import type * as Snappy from 'snappy'
import type { BatchCodecs, Compression } from '../records/batch.ts'
import { crc32c } from './crc32c.ts'

export interface CodecOptions {
  /**
   * The maximum size to which a batch may decompress, in bytes. A batch that claims more is refused before memory is
   * allocated.
   */
  readonly maxOutputLength?: number
}

/** More than a broker's `message.max.bytes` of the most compressible records, and less than what kills a process. */
const DEFAULT_MAX_OUTPUT_LENGTH = 128 * 1024 * 1024

/** Checksums and decompression for `readBatches`: gzip and zstd of node:zlib, snappy raw and in xerial's framing, LZ4 frames. */
export function batchCodecs(options: CodecOptions = {}): BatchCodecs {
  const maxOutputLength = options.maxOutputLength ?? DEFAULT_MAX_OUTPUT_LENGTH
  return {
    crc32c,
    crc32: bytes => crc32(bytes),
    decompress: (compression, bytes) => decompress(compression, bytes, maxOutputLength),
  }
}

// Brokers do not compress the records of a group coordinator by default, so these are loaded on demand.
const require = createRequire(import.meta.url)
const lz4 = () => require('lz4-napi') as typeof Lz4
const snappy = () => require('snappy') as typeof Snappy

function decompress(compression: Compression, bytes: Buffer, maxOutputLength: number): Buffer {
  switch (compression) {
    case 'none':
      return bytes
    case 'gzip':
      return gunzipSync(bytes, { maxOutputLength })
    case 'zstd':
      return zstdDecompressSync(bytes, { maxOutputLength })
    case 'snappy':
      return isXerial(bytes) ? unXerial(bytes, maxOutputLength) : unsnappy(bytes, maxOutputLength)
    case 'lz4':
      refuseAbove(maxOutputLength, lz4FrameBound(bytes))
      return lz4().decompressFrameSync(bytes)
    default:
      return compression satisfies never
  }
}

function refuseAbove(maxOutputLength: number, length: number): void {
  if (length > maxOutputLength) {
    throw new Error(`would decompress to ${length} bytes, more than the limit of ${maxOutputLength}`)
  }
}

/** The framing of xerial's snappy-java, which Kafka's clients write: this, two int32 versions, then blocks with an int32 length. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])
const XERIAL_HEADER = XERIAL_MAGIC.length + 8

function isXerial(bytes: Buffer): boolean {
  return bytes.length >= XERIAL_HEADER && bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)
}

function unXerial(bytes: Buffer, maxOutputLength: number): Buffer {
  const blocks: Buffer[] = []
  let left = maxOutputLength
  let at = XERIAL_HEADER
  while (at < bytes.length) {
    const length = bytes.length - at < 4 ? -1 : bytes.readInt32BE(at)
    if (length < 0 || length > bytes.length - at - 4) throw new Error(`the block at byte ${at} is cut off`)
    const block = unsnappy(bytes.subarray(at + 4, at + 4 + length), left)
    left -= block.length
    blocks.push(block)
    at += 4 + length
  }
  return blocks.length === 1 ? (blocks[0] as Buffer) : Buffer.concat(blocks)
}

/** A raw snappy block begins with its decompressed length as a little-endian base 128 varint of at most 32 bits. */
function unsnappy(bytes: Buffer, maxOutputLength: number): Buffer {
  let length = 0
  let at = 0
  let byte: number | undefined
  do {
    byte = bytes[at]
    if (byte === undefined || at > 4) throw new Error('no decompressed length')
    length += (byte & 127) * 2 ** (7 * at++)
  } while (byte > 127)
  refuseAbove(maxOutputLength, length)
  const block = snappy().uncompressSync(bytes)
  return typeof block === 'string' ? Buffer.from(block) : block
}

const LZ4_MAGIC = 0x184d2204
const LZ4_MAX_RATIO = 255

/**
 * The maximum size to which an LZ4 frame decompresses, from its block headers (LZ4 frame format 1.6): no block gives
 * more than the frame's block size, nor more than 255 times its own size. Throws where the frame is incomplete.
 */
function lz4FrameBound(bytes: Buffer): number {
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== LZ4_MAGIC) throw new Error('not an LZ4 frame')
  const flags = bytes[4] as number
  const blockSizeCode = ((bytes[5] as number) >> 4) & 7
  if (blockSizeCode < 4) throw new Error(`unknown block size code ${blockSizeCode}`)
  const blockSize = 2 ** (8 + 2 * blockSizeCode)
  const blockTrailer = (flags & 16) === 0 ? 0 : 4
  let at = 7 + ((flags & 8) === 0 ? 0 : 8) + ((flags & 1) === 0 ? 0 : 4)
  let bound = 0
  for (;;) {
    if (bytes.length - at < 4) throw new Error('the frame is cut off')
    const length = bytes.readUInt32LE(at) & 0x7fffffff
    if (length === 0) return bound
    bound += Math.min(blockSize, length * LZ4_MAX_RATIO)
    at += 4 + length + blockTrailer
  }
}
