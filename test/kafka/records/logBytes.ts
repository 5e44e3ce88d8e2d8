import { gzipSync, zstdCompressSync } from 'node:zlib'
import { crc32, crc32c } from '@node-rs/crc32'
import { compressFrameSync } from 'lz4-napi'
import { compressSync } from 'snappy'
import { type Compression, compressions } from '../../../src/kafka/records/batch.ts'
import { encodeRecords, type RecordFields } from '../../../src/kafka/records/encodeRecords.ts'

export interface BatchFields {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly leaderEpoch?: number
  readonly compression?: Compression
  readonly appendTime?: boolean
  readonly isTransactional?: boolean
  readonly isControl?: boolean
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producerId?: bigint
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly recordCount?: number
  /** Takes the place of the encoded records. */
  readonly body?: Buffer
}

/** A v2 batch as a log holds it. */
export function batchBytes(fields: BatchFields, records: readonly RecordFields[]): Buffer {
  const compression = fields.compression ?? 'none'
  const plain = fields.body ?? encodeRecords(records, { offset: fields.baseOffset, timestamp: fields.baseTimestamp })
  const body = compress(compression, plain)
  const out = Buffer.alloc(61 + body.length)
  out.writeBigInt64BE(BigInt(fields.baseOffset), 0)
  out.writeInt32BE(49 + body.length, 8)
  out.writeInt32BE(fields.leaderEpoch ?? 0, 12)
  out.writeInt8(2, 16)
  const flags = (fields.appendTime ? 8 : 0) | (fields.isTransactional ? 16 : 0) | (fields.isControl ? 32 : 0)
  out.writeInt16BE(compressions.indexOf(compression) | flags, 21)
  out.writeInt32BE(fields.lastOffset - fields.baseOffset, 23)
  out.writeBigInt64BE(BigInt(fields.baseTimestamp), 27)
  out.writeBigInt64BE(BigInt(fields.maxTimestamp), 35)
  out.writeBigInt64BE(fields.producerId ?? -1n, 43)
  out.writeInt16BE(fields.producerEpoch ?? -1, 51)
  out.writeInt32BE(fields.baseSequence ?? -1, 53)
  out.writeInt32BE(fields.recordCount ?? records.length, 57)
  body.copy(out, 61)
  return withCrc(out)
}

/** Puts the right CRC into a v2 batch that was changed. */
export function withCrc(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)
  return batch
}

export interface MessageFields {
  readonly magic: 0 | 1
  readonly offset: number
  readonly timestamp?: number
  readonly compression?: Compression
  readonly appendTime?: boolean
  readonly key: Buffer | null
  readonly value: Buffer | null
}

/** A message of format v0 or v1 as a log holds it; for a compressed one `value` is the compressed inner messages. */
export function messageBytes(fields: MessageFields): Buffer {
  const head = Buffer.alloc(fields.magic === 0 ? 18 : 26)
  head.writeBigInt64BE(BigInt(fields.offset), 0)
  head.writeInt8(fields.magic, 16)
  head.writeInt8(compressions.indexOf(fields.compression ?? 'none') | (fields.appendTime ? 8 : 0), 17)
  if (fields.magic === 1) head.writeBigInt64BE(BigInt(fields.timestamp ?? -1), 18)
  const out = Buffer.concat([head, sized(fields.key), sized(fields.value)])
  out.writeInt32BE(out.length - 12, 8)
  out.writeUInt32BE(crc32(out.subarray(16)), 12)
  return out
}

function sized(bytes: Buffer | null): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(bytes?.length ?? -1)
  return bytes === null ? length : Buffer.concat([length, bytes])
}

export function compress(compression: Compression, plain: Buffer): Buffer {
  switch (compression) {
    case 'none':
      return plain
    case 'gzip':
      return gzipSync(plain)
    case 'snappy':
      return compressSync(plain)
    case 'lz4':
      return compressFrameSync(plain)
    case 'zstd':
      return zstdCompressSync(plain)
    default:
      return compression satisfies never
  }
}
