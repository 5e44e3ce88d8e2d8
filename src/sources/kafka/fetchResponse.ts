import {
  bytesLeft,
  DecodeFault,
  type Reader,
  readCompactCount,
  readCompactNullableCount,
  readCompactString,
  readCount,
  readerOf,
  readInt16,
  readInt32,
  readInt64,
  readNullableCount,
  readString,
  readUnsignedVarint,
  skipTaggedFields,
} from '../../wire/reader.ts'
import { type FetchVersion, isFlexible } from './fetchRequest.ts'

export interface FetchResponse {
  /** Kafka's error code of the request as a whole, 0 for none. */
  readonly errorCode: number
  readonly partitions: readonly FetchedRecords[]
}

export interface FetchedRecords {
  readonly partition: number
  /** Kafka's error code, 0 for none. */
  readonly errorCode: number
  /** The high watermark; -1 with an error. */
  readonly logEnd: number
  /** Whole record batches, and perhaps the beginning of one more; a part of the response's bytes. */
  readonly records: Buffer
}

/**
 * Reads the body of a Fetch response without a copy. Throws a `DecodeFault` where the bytes are not one.
 * Layout: Kafka's FetchResponse; aborted transactions are read over, since control batches tell of them.
 */
export function readFetchResponse(version: FetchVersion, bytes: Buffer): FetchResponse {
  const compact = isFlexible(version)
  const reader = readerOf(bytes)
  readInt32(reader) // throttle time: the broker itself holds back what comes too early (KIP-219)
  const errorCode = version >= 7 ? readInt16(reader) : 0
  if (version >= 7) readInt32(reader) // session
  const partitions: FetchedRecords[] = []
  for (let topics = count(reader, compact, 'responses'); topics > 0; topics--) {
    if (compact) readCompactString(reader, 'topic')
    else readString(reader, 'topic')
    for (let left = count(reader, compact, 'partitions'); left > 0; left--) {
      partitions.push(readPartition(reader, version))
    }
    if (compact) skipTaggedFields(reader)
  }
  return { errorCode, partitions }
}

function readPartition(reader: Reader, version: FetchVersion): FetchedRecords {
  const compact = isFlexible(version)
  const partition = readInt32(reader)
  const errorCode = readInt16(reader)
  const logEnd = Number(readInt64(reader))
  readInt64(reader) // last stable offset
  if (version >= 5) readInt64(reader) // log start
  for (let left = abortedCount(reader, compact); left > 0; left--) {
    readInt64(reader)
    readInt64(reader)
    if (compact) skipTaggedFields(reader)
  }
  if (version >= 11) readInt32(reader) // preferred read replica
  const records = readRecords(reader, compact)
  if (compact) skipTaggedFields(reader)
  return { partition, errorCode, logEnd, records }
}

function count(reader: Reader, compact: boolean, field: string): number {
  return compact ? readCompactCount(reader, field) : readCount(reader, field)
}

function abortedCount(reader: Reader, compact: boolean): number {
  const field = 'abortedTransactions'
  return compact ? readCompactNullableCount(reader, field) : readNullableCount(reader, field)
}

/** Empty for null. */
function readRecords(reader: Reader, compact: boolean): Buffer {
  const length = Math.max(0, compact ? readUnsignedVarint(reader) - 1 : readInt32(reader))
  const start = reader.position
  if (length > bytesLeft(reader)) {
    throw new DecodeFault('BAD_LENGTH', start, `records: ${length} bytes, with ${bytesLeft(reader)} left`)
  }
  reader.position = start + length
  return reader.bytes.subarray(start, start + length)
}
