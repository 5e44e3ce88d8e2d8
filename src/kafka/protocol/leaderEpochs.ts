import type { BrokerConnection } from '../client/connection.ts'
import { readInt16, readInt32, readInt64 } from '../records/reader.ts'
import { pickVersion } from './apiVersions.ts'
import { writeArray, writeInt32, writeText } from './requestWriter.ts'
import { readArray, readText } from './responseReader.ts'

export interface EpochQuery {
  readonly partition: number
  /** The partition's present one. */
  readonly leaderEpoch: number
  /** Under which the last record that was read had been written. */
  readonly lastEpoch: number
}

export interface EpochAnswer {
  readonly partition: number
  /** Kafka's error code, 0 for none. */
  readonly errorCode: number
  /** The last epoch up to `lastEpoch` that the leader's log has, -1 where it does not know. */
  readonly epoch: number
  /** Where that epoch's records end in the leader's log, -1 where it does not know. */
  readonly endOffset: number
}

const consumer = -1

/** Asks a leader how far its log is the one that was read (KIP-101, KIP-320). Errors are in the answers. Layout: Kafka's OffsetForLeaderEpoch. */
export async function askEpochEnds(
  connection: BrokerConnection,
  topic: string,
  queries: readonly EpochQuery[],
): Promise<readonly EpochAnswer[]> {
  return connection.ask({
    name: 'OffsetForLeaderEpoch',
    version: pickVersion('OffsetForLeaderEpoch', [4, 3], connection.versions),
    write: writer => {
      writeInt32(writer, consumer)
      writeArray(writer, [topic], name => {
        writeText(writer, name)
        writeArray(writer, queries, ({ partition, leaderEpoch, lastEpoch }) => {
          writeInt32(writer, partition)
          writeInt32(writer, leaderEpoch)
          writeInt32(writer, lastEpoch)
        })
      })
    },
    read: reader => {
      readInt32(reader) // throttle time
      const topics = readArray(reader, 'topics', () => {
        readText(reader, 'topic')
        return readArray(reader, 'partitions', (): EpochAnswer => {
          const errorCode = readInt16(reader)
          const partition = readInt32(reader)
          return { partition, errorCode, epoch: readInt32(reader), endOffset: Number(readInt64(reader)) }
        })
      })
      return topics.flat()
    },
  })
}
