import { readInt16, readInt32, readInt64, readUuid } from '../records/reader.ts'
import type { Request } from './request.ts'
import { writeArray, writeText } from './requestWriter.ts'
import { readArray, readNullableText, readText, readThrottleTime } from './responseReader.ts'

/** Where a share group stands in one partition. */
export interface ShareOffset {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  /** Kafka's error code, 0 for none. */
  readonly errorCode: number
  /** The first offset that may be delivered again (SPSO); -1 before the first fetch. */
  readonly startOffset: number
  /** Records that are not acknowledged; null where the broker does not say (before 4.3, KIP-1226). */
  readonly lag: number | null
}

export interface ShareGroupOffsets {
  readonly group: string
  readonly errorCode: number
  readonly offsets: readonly ShareOffset[]
}

/** Asks the coordinator of share groups where they stand in all their partitions. Errors are in the response. */
export const describeShareGroupOffsets: Request<readonly string[], readonly ShareGroupOffsets[]> = {
  name: 'DescribeShareGroupOffsets',
  key: 90,
  versions: [1, 0],
  flexibleFrom: 0,
  write: (writer, groups) =>
    writeArray(writer, groups, group => {
      writeText(writer, group)
      writeArray(writer, null, () => undefined) // all topics
    }),
  read: (reader, version) => {
    readThrottleTime(reader)
    return readArray(reader, 'groups', () => {
      const group = readText(reader, 'group_id')
      const topics = readArray(reader, 'topics', () => {
        const topic = readText(reader, 'topic_name')
        const topicId = readUuid(reader)
        return readArray(reader, 'partitions', (): ShareOffset => {
          const partition = readInt32(reader)
          const startOffset = Number(readInt64(reader))
          readInt32(reader) // leader epoch
          const lag = version >= 1 ? Number(readInt64(reader)) : -1
          const errorCode = readInt16(reader)
          readNullableText(reader, 'error_message')
          return { topic, topicId, partition, errorCode, startOffset, lag: lag < 0 ? null : lag }
        })
      })
      const errorCode = readInt16(reader)
      readNullableText(reader, 'error_message')
      return { group, errorCode, offsets: topics.flat() }
    })
  },
}
