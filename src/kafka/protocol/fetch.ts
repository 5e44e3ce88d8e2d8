import { crc32c } from '../codecs/crc32c.ts'
import { bytesLeft, DecodeFault, readInt16, readInt32, readInt64, readUnsignedVarint } from '../records/reader.ts'
import { type BatchWalk, walkBatches } from '../records/walkBatches.ts'
import type { Request } from './request.ts'
import { writeArray, writeInt8, writeInt32, writeInt64, writeText } from './requestWriter.ts'
import { type ResponseReader, readArray, readNullableArray, readText, readThrottleTime } from './responseReader.ts'

export interface FetchRequest {
  readonly topic: string
  /** They share `maxBytes` in this order; the first with any records gets a whole batch, however large. */
  readonly partitions: readonly FetchedPosition[]
  /** How long the broker may wait for records. */
  readonly maxWaitMs: number
  readonly maxBytes: number
  readonly maxPartitionBytes: number
  readonly isolation: Isolation
}

/** `committed`: up to the first open transaction only, and with the list of those that were aborted. */
export type Isolation = 'uncommitted' | 'committed'

export interface FetchedPosition {
  readonly partition: number
  readonly position: number
  /** -1 where it is unknown: the broker then does not check it. */
  readonly leaderEpoch: number
}

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
  /** The batches in `records`. */
  readonly walk: BatchWalk
  /** Aborted transactions with records among these; none in an uncommitted read. */
  readonly aborted: readonly AbortedTransaction[]
}

export interface AbortedTransaction {
  readonly producerId: bigint
  readonly firstOffset: number
}

const consumer = -1
const isolationLevels = { uncommitted: 0, committed: 1 } as const
/** No fetch session (KIP-227): every request names every partition. */
const noSession = 0
const finalEpoch = -1
const unknownOffset = -1n
const unknownEpoch = -1

/**
 * Reads records, control batches included, without a copy of them, and walks their batches. From version 13 on topics
 * have ids instead of names: another request. Errors of partitions are in the response.
 */
export const fetch: Request<FetchRequest, FetchResponse> = {
  name: 'Fetch',
  key: 1,
  versions: [12, 11, 10, 9, 8, 7, 6, 5, 4],
  flexibleFrom: 12,
  write: (writer, request, version) => {
    writeInt32(writer, consumer)
    writeInt32(writer, request.maxWaitMs)
    writeInt32(writer, 1) // bytes that must be there for a response before maxWaitMs
    writeInt32(writer, request.maxBytes)
    writeInt8(writer, isolationLevels[request.isolation])
    if (version >= 7) {
      writeInt32(writer, noSession)
      writeInt32(writer, finalEpoch)
    }
    writeArray(writer, [request.topic], topic => {
      writeText(writer, topic)
      writeArray(writer, request.partitions, ({ partition, position, leaderEpoch }) => {
        writeInt32(writer, partition)
        if (version >= 9) writeInt32(writer, leaderEpoch)
        writeInt64(writer, BigInt(position))
        if (version >= 12) writeInt32(writer, unknownEpoch)
        if (version >= 5) writeInt64(writer, unknownOffset)
        writeInt32(writer, request.maxPartitionBytes)
      })
    })
    if (version >= 7) writeArray(writer, [], () => undefined) // topics to leave a session
    if (version >= 11) writeText(writer, '') // no rack: the leader is read
  },
  read: (reader, version) => {
    readThrottleTime(reader)
    const errorCode = version >= 7 ? readInt16(reader) : 0
    if (version >= 7) readInt32(reader) // session
    const topics = readArray(reader, 'responses', () => {
      readText(reader, 'topic')
      return readArray(reader, 'partitions', () => readPartition(reader, version))
    })
    return { errorCode, partitions: topics.flat() }
  },
  adopt: response => ({
    ...response,
    partitions: response.partitions.map(partition => ({ ...partition, records: bufferOf(partition.records) })),
  }),
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

function readPartition(reader: ResponseReader, version: number): FetchedRecords {
  const partition = readInt32(reader)
  const errorCode = readInt16(reader)
  const logEnd = Number(readInt64(reader))
  readInt64(reader) // last stable offset
  if (version >= 5) readInt64(reader) // log start
  const aborted = readNullableArray(reader, 'aborted_transactions', () => ({
    producerId: readInt64(reader),
    firstOffset: Number(readInt64(reader)),
  }))
  if (version >= 11) readInt32(reader) // preferred read replica
  const records = readRecords(reader)
  return { partition, errorCode, logEnd, records, walk: walkBatches(records, crc32c), aborted }
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
