import type { BrokerConnection } from '../client/connection.ts'
import { readInt16, readInt32, readInt64 } from '../records/reader.ts'
import { pickVersion } from './apiVersions.ts'
import { writeArray, writeInt8, writeInt32, writeInt64, writeText } from './requestWriter.ts'
import { readArray, readText } from './responseReader.ts'

/** Times with a meaning of their own (KIP-79). */
export const logStart = -2n
export const logEnd = -1n

export interface OffsetQuery {
  readonly topic: string
  readonly partition: number
  /** -1 where it is not known: then the broker does not check it. */
  readonly leaderEpoch: number
  /** ms since the epoch, or `logStart` or `logEnd` (the high watermark). */
  readonly at: bigint
}

export interface OffsetAnswer {
  readonly topic: string
  readonly partition: number
  /** Kafka's error code, 0 for none. */
  readonly errorCode: number
  /** Of the first record that is not older; -1 where there is none. */
  readonly offset: number
}

const consumer = -1
const readUncommitted = 0

/** Asks a leader for offsets of its partitions, each at most once in a request. Errors are in the answers. Layout: Kafka's ListOffsets. */
export async function askOffsets(
  connection: BrokerConnection,
  queries: readonly OffsetQuery[],
): Promise<readonly OffsetAnswer[]> {
  const byTopic = [...Map.groupBy(queries, ({ topic }) => topic)]
  return connection.ask({
    name: 'ListOffsets',
    version: pickVersion('ListOffsets', [7, 6, 5], connection.versions),
    write: writer => {
      writeInt32(writer, consumer)
      writeInt8(writer, readUncommitted)
      writeArray(writer, byTopic, ([topic, asked]) => {
        writeText(writer, topic)
        writeArray(writer, asked, ({ partition, leaderEpoch, at }) => {
          writeInt32(writer, partition)
          writeInt32(writer, leaderEpoch)
          writeInt64(writer, at)
        })
      })
    },
    read: reader => {
      readInt32(reader) // throttle time
      const topics = readArray(reader, 'topics', () => {
        const topic = readText(reader, 'name')
        return readArray(reader, 'partitions', (): OffsetAnswer => {
          const partition = readInt32(reader)
          const errorCode = readInt16(reader)
          readInt64(reader) // time of the record
          const offset = Number(readInt64(reader))
          readInt32(reader) // leader epoch of the record
          return { topic, partition, errorCode, offset }
        })
      })
      return topics.flat()
    },
  })
}
