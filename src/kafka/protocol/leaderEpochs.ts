import { readInt16, readInt32, readInt64 } from '../records/reader.ts'
import type { Request } from './request.ts'
import { writeArray, writeInt32, writeText } from './requestWriter.ts'
import { readArray, readText, readThrottleTime } from './responseReader.ts'

export interface EpochQueries {
  readonly topic: string
  readonly partitions: readonly EpochQuery[]
}

export interface EpochQuery {
  readonly partition: number
  /** The present leader epoch of the partition. */
  readonly leaderEpoch: number
  /** The leader epoch of the last record that was read. */
  readonly lastEpoch: number
}

export interface EpochEnd {
  readonly partition: number
  /** Kafka's error code, 0 for none. */
  readonly errorCode: number
  /** The last epoch up to `lastEpoch` that the leader's log has, -1 where the leader does not know. */
  readonly epoch: number
  /** Where the records of that epoch end in the leader's log, -1 where the leader does not know. */
  readonly endOffset: number
}

const consumer = -1

/** Asks a leader up to where its log is the one that was read (KIP-101, KIP-320). Errors are in the response. */
export const offsetForLeaderEpoch: Request<EpochQueries, readonly EpochEnd[]> = {
  name: 'OffsetForLeaderEpoch',
  key: 23,
  versions: [4, 3],
  flexibleFrom: 4,
  write: (writer, { topic, partitions }) => {
    writeInt32(writer, consumer)
    writeArray(writer, [topic], name => {
      writeText(writer, name)
      writeArray(writer, partitions, ({ partition, leaderEpoch, lastEpoch }) => {
        writeInt32(writer, partition)
        writeInt32(writer, leaderEpoch)
        writeInt32(writer, lastEpoch)
      })
    })
  },
  read: reader => {
    readThrottleTime(reader)
    const topics = readArray(reader, 'topics', () => {
      readText(reader, 'topic')
      return readArray(reader, 'partitions', (): EpochEnd => {
        const errorCode = readInt16(reader)
        const partition = readInt32(reader)
        return { partition, errorCode, epoch: readInt32(reader), endOffset: Number(readInt64(reader)) }
      })
    })
    return topics.flat()
  },
}
