import { readInt16, readInt32, readInt64 } from '../records/reader.ts'
import type { TopicPartition } from './metadata.ts'
import type { Request } from './request.ts'
import { writeArray, writeBytes, writeInt16, writeInt32, writeNullableText, writeText } from './requestWriter.ts'
import { readArray, readNullableText, readText, readThrottleTime } from './responseReader.ts'

/** One record batch and its partition. */
export interface PartitionBatch extends TopicPartition {
  readonly bytes: Buffer
}

export interface ProduceRequest {
  /** Null without a transaction. */
  readonly transactionalId: string | null
  /** To the leader of all their partitions, each of which occurs at most once. */
  readonly batches: readonly PartitionBatch[]
}

export interface ProducedBatch extends TopicPartition {
  /** Kafka's error code, 0 for none. */
  readonly errorCode: number
}

const allInSyncReplicas = -1
/** How long the broker may wait for the replicas, ms. */
const replicationTimeoutMs = 15_000

/** From version 12 on, the broker itself adds partitions to a transaction (KIP-890); koff adds them. */
export const produce: Request<ProduceRequest, readonly ProducedBatch[]> = {
  name: 'Produce',
  key: 0,
  versions: [11, 10, 9, 8],
  flexibleFrom: 9,
  write: (writer, { transactionalId, batches }) => {
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
      return readArray(reader, 'partition_responses', (): ProducedBatch => {
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
    readThrottleTime(reader)
    return topics.flat()
  },
}
