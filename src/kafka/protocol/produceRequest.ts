import type { BrokerConnection } from '../client/connection.ts'
import type { TopicPartition } from '../client/leaderTable.ts'
import { readInt16, readInt32, readInt64 } from '../records/reader.ts'
import { pickVersion } from './apiVersions.ts'
import { writeArray, writeBytes, writeInt16, writeInt32, writeNullableText, writeText } from './requestWriter.ts'
import { readArray, readNullableText, readText } from './responseReader.ts'

/** One record batch and where it goes. */
export interface PartitionBatch extends TopicPartition {
  readonly bytes: Buffer
}

export interface ProduceAnswer extends TopicPartition {
  /** Kafka's error code, 0 for none. */
  readonly errorCode: number
}

/** From 12 on, a broker takes a record for a partition's entry into the transaction (KIP-890), which koff makes itself. */
const versions = [11, 10, 9, 8] as const

const allInSyncReplicas = -1
/** What the broker may wait for its followers, ms. */
const replicationTimeoutMs = 15_000

/**
 * One Produce to the leader of all those partitions, each at most once; the answers tell how each of them went. Layout:
 * Kafka's ProduceRequest.
 */
export async function produceBatches(
  connection: BrokerConnection,
  transactionalId: string | null,
  batches: readonly PartitionBatch[],
): Promise<readonly ProduceAnswer[]> {
  return connection.ask({
    name: 'Produce',
    version: pickVersion('Produce', versions, connection.versions),
    write: writer => {
      writeNullableText(writer, transactionalId)
      writeInt16(writer, allInSyncReplicas)
      writeInt32(writer, replicationTimeoutMs)
      writeArray(writer, [...Map.groupBy(batches, ({ topic }) => topic)], ([topic, parts]) => {
        writeText(writer, topic)
        writeArray(writer, parts, ({ partition, bytes }) => {
          writeInt32(writer, partition)
          writeBytes(writer, bytes)
        })
      })
    },
    read: reader => {
      const topics = readArray(reader, 'responses', () => {
        const topic = readText(reader, 'name')
        return readArray(reader, 'partition_responses', (): ProduceAnswer => {
          const partition = readInt32(reader)
          const errorCode = readInt16(reader)
          readInt64(reader) // base offset
          readInt64(reader) // log append time
          readInt64(reader) // log start offset
          readArray(reader, 'record_errors', () => [readInt32(reader), readNullableText(reader, 'message')])
          readNullableText(reader, 'error_message')
          return { topic, partition, errorCode }
        })
      })
      readInt32(reader) // throttle time
      return topics.flat()
    },
  })
}
