import type { RecordIndex } from './recordIndex.ts'

/**
 * One record batch in a buffer; in message formats v0 and v1 every message is a batch of its own.
 * Whatever the input was (a Fetch response, a segment file, a recording; any magic, any codec), `bytes[start, end)`
 * holds `recordCount` records in the uncompressed v2 record layout, so that there is one way to walk records. `bytes`
 * may be shared with other batches and is valid only until the next chunk is requested from the source.
 */
export interface RecordBatch {
  /** Partition of `__consumer_offsets`. */
  readonly partition: number
  /**
   * Where it begins in the file or response; of a message in a compressed wrapper, where the wrapper begins; 0 in a
   * recording.
   */
  readonly byteOffset: number
  /** Offset of the first record that was ever in the batch (compaction can have removed it). */
  readonly baseOffset: number
  /** Offset of the last one, from the header; a compacted batch may no longer hold a record there. */
  readonly lastOffset: number
  readonly leaderEpoch: number
  readonly magic: 0 | 1 | 2
  readonly compression: Compression
  readonly timestampType: TimestampType
  /** Milliseconds since the epoch, or -1 (magic 0 has no time). */
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly isTransactional: boolean
  readonly isControl: boolean
  /** -1n where there is none. */
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  /** Set by the first cursor that walks the batch for all; to be left out of a copy with other records. */
  index?: RecordIndex | undefined
}

export const compressions = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
/** In the order of the codec numbers in a batch's attributes. */
export type Compression = (typeof compressions)[number]

export type TimestampType = 'NoTimestampType' | 'CreateTime' | 'LogAppendTime'

export const batchFaultCodes = [
  'CRC_MISMATCH',
  'TRUNCATED',
  'UNKNOWN_MAGIC',
  'BAD_BATCH',
  'BAD_COMPRESSION',
  /** Live: the broker deleted records before they could be read. */
  'RECORDS_LOST',
  /** Live: the broker no longer has records that were read (unclean leader election, topic recreated). */
  'LOG_TRUNCATED',
] as const
export type BatchFaultCode = (typeof batchFaultCodes)[number]

/** Something in a log that is not a readable batch. It is reported, and reading continues after it. */
export interface BatchFault {
  /** The file, where there is one. */
  readonly file?: string
  readonly partition: number
  /** Log offset, where the header could be read. */
  readonly offset: number | null
  /** Where it is in the file or response. */
  readonly byteOffset: number
  readonly code: BatchFaultCode
  readonly reason: string
}

/** CRC32C of `bytes[start, end)`; of all bytes by default. */
export type Crc32c = (bytes: Buffer, start?: number, end?: number) => number

/** What reading batches needs from npm packages. It is passed in, because this folder imports none. */
export interface BatchCodecs {
  readonly crc32c: Crc32c
  readonly crc32: (bytes: Buffer) => number
  /** Throws on malformed input. `compression` is never `none`. */
  readonly decompress: (compression: Compression, bytes: Buffer) => Buffer
}
