import { readInt16, readInt32, readInt64 } from '../records/reader.ts'
import type { TopicPartition } from './metadata.ts'
import type { Request } from './request.ts'
import { writeArray, writeInt8, writeInt32, writeInt64, writeText } from './requestWriter.ts'
import { readArray, readText, readThrottleTime } from './responseReader.ts'

/** Special times (KIP-79). */
export const logStart = -2n
export const logEnd = -1n

export interface OffsetQuery extends TopicPartition {
  /** -1 where it is unknown: the broker then does not check it. */
  readonly leaderEpoch: number
  /** ms since the epoch, or `logStart` or `logEnd` (the high watermark). */
  readonly at: bigint
}

export interface FoundOffset extends TopicPartition {
  /** Kafka's error code, 0 for none. */
  readonly errorCode: number
  /** Offset of the first record that is not older; -1 where there is none. */
  readonly offset: number
  /** Timestamp of that record, ms since the epoch; -1 where there is none, and for `logStart` and `logEnd`. */
  readonly timestamp: number
}

const consumer = -1
const readUncommitted = 0

/** Asks a leader for offsets of its partitions, each at most once in a request. Errors are in the response. */
export const listOffsets: Request<readonly OffsetQuery[], readonly FoundOffset[]> = {
  name: 'ListOffsets',
  key: 2,
  versions: [7, 6, 5],
  flexibleFrom: 6,
  write: (writer, queries) => {
    writeInt32(writer, consumer)
    writeInt8(writer, readUncommitted)
    writeArray(writer, [...Map.groupBy(queries, ({ topic }) => topic)], ([topic, ofTopic]) => {
      writeText(writer, topic)
      writeArray(writer, ofTopic, ({ partition, leaderEpoch, at }) => {
        writeInt32(writer, partition)
        writeInt32(writer, leaderEpoch)
        writeInt64(writer, at)
      })
    })
  },
  read: reader => {
    readThrottleTime(reader)
    const topics = readArray(reader, 'topics', () => {
      const topic = readText(reader, 'name')
      return readArray(reader, 'partitions', (): FoundOffset => {
        const partition = readInt32(reader)
        const errorCode = readInt16(reader)
        const timestamp = Number(readInt64(reader))
        const offset = Number(readInt64(reader))
        readInt32(reader) // leader epoch of the record
        return { topic, partition, errorCode, offset, timestamp }
      })
    })
    return topics.flat()
  },
}
