import { bytesLeft, DecodeFault, readInt16, readInt32, readInt64, readUnsignedVarint } from '../records/reader.ts'
import { type ResponseReader, readArray, readNullableArray, readText } from './responseReader.ts'

export interface FetchResponse {
  /** Kafka's error code of the request as a whole, 0 for none. */
  readonly errorCode: number
  /** True where the checksums of all batches are known to be right. */
  readonly isChecked: boolean
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
 * Reads the body of a Fetch response without a copy of records. Throws a `DecodeFault` where the bytes are not one.
 * Layout: Kafka's FetchResponse; aborted transactions are read over, since control batches tell of them.
 */
export function readFetchResponse(reader: ResponseReader, version: number, isChecked = false): FetchResponse {
  readInt32(reader) // throttle time: the broker itself holds back what comes too early (KIP-219)
  const errorCode = version >= 7 ? readInt16(reader) : 0
  if (version >= 7) readInt32(reader) // session
  const topics = readArray(reader, 'responses', () => {
    readText(reader, 'topic')
    return readArray(reader, 'partitions', () => readPartition(reader, version))
  })
  return { errorCode, isChecked, partitions: topics.flat() }
}

function readPartition(reader: ResponseReader, version: number): FetchedRecords {
  const partition = readInt32(reader)
  const errorCode = readInt16(reader)
  const logEnd = Number(readInt64(reader))
  readInt64(reader) // last stable offset
  if (version >= 5) readInt64(reader) // log start
  readNullableArray(reader, 'aborted_transactions', () => {
    readInt64(reader)
    readInt64(reader)
  })
  if (version >= 11) readInt32(reader) // preferred read replica
  return { partition, errorCode, logEnd, records: readRecords(reader) }
}

/** Empty for null. */
function readRecords(reader: ResponseReader): Buffer {
  const length = Math.max(0, reader.isFlexible ? readUnsignedVarint(reader) - 1 : readInt32(reader))
  const start = reader.position
  if (length > bytesLeft(reader)) {
    throw new DecodeFault('BAD_LENGTH', start, `records: ${length} bytes, with ${bytesLeft(reader)} left`)
  }
  reader.position = start + length
  return reader.bytes.subarray(start, start + length)
}
