import type { BrokerConnection } from '../client/connection.ts'
import type { TopicPartition } from '../client/leaderTable.ts'
import type { ProducerIdentity } from '../records/batchEncoder.ts'
import { readInt16, readInt32, readInt64 } from '../records/reader.ts'
import { pickVersion } from './apiVersions.ts'
import {
  writeArray,
  writeBool,
  writeInt8,
  writeInt16,
  writeInt32,
  writeInt32s,
  writeInt64,
  writeNullableText,
  writeText,
} from './requestWriter.ts'
import { readArray, readNullableText, readText } from './responseReader.ts'

/*
 * What a producer asks about its transactions (KIP-98), each in versions that brokers from 2.4 to 4.3 speak. Layouts:
 * Kafka's requests of the same names. An error code is 0 for none.
 */

export interface FoundCoordinator {
  readonly errorCode: number
  readonly node: number
}

/** Which broker has a transactional id; any broker knows. */
export async function askCoordinator(connection: BrokerConnection, transactionalId: string): Promise<FoundCoordinator> {
  return connection.ask({
    name: 'FindCoordinator',
    version: pickVersion('FindCoordinator', [3, 2], connection.versions),
    write: writer => {
      writeText(writer, transactionalId)
      writeInt8(writer, ofTransactions)
    },
    read: reader => {
      readInt32(reader) // throttle time
      const errorCode = readInt16(reader)
      readNullableText(reader, 'error_message')
      return { errorCode, node: readInt32(reader) }
    },
  })
}

const ofTransactions = 1

export interface InitProducerId extends ProducerIdentity {
  readonly errorCode: number
}

/** Without a transactional id any broker gives a producer id, which nobody had before. */
export async function askProducerId(
  connection: BrokerConnection,
  transactionalId: string | null,
  transactionTimeoutMs: number,
): Promise<InitProducerId> {
  const version = pickVersion('InitProducerId', [4, 3, 2, 1], connection.versions)
  return connection.ask({
    name: 'InitProducerId',
    version,
    write: writer => {
      writeNullableText(writer, transactionalId)
      writeInt32(writer, transactionTimeoutMs)
      if (version < 3) return
      writeInt64(writer, -1n) // no producer id yet
      writeInt16(writer, -1)
    },
    read: reader => {
      readInt32(reader) // throttle time
      return { errorCode: readInt16(reader), producerId: readInt64(reader), producerEpoch: readInt16(reader) }
    },
  })
}

export interface AddedPartitions {
  readonly topic: string
  readonly errorCode: number
}

export async function askToAddPartitions(
  connection: BrokerConnection,
  { transactionalId, producerId, producerEpoch }: Transaction,
  partitions: readonly TopicPartition[],
): Promise<readonly AddedPartitions[]> {
  return connection.ask({
    name: 'AddPartitionsToTxn',
    version: pickVersion('AddPartitionsToTxn', [3, 2, 1], connection.versions),
    write: writer => {
      writeText(writer, transactionalId)
      writeInt64(writer, producerId)
      writeInt16(writer, producerEpoch)
      writeArray(writer, [...Map.groupBy(partitions, ({ topic }) => topic)], ([topic, of]) => {
        writeText(writer, topic)
        writeInt32s(
          writer,
          of.map(({ partition }) => partition),
        )
      })
    },
    read: reader => {
      readInt32(reader) // throttle time
      const topics = readArray(reader, 'results', () => {
        const topic = readText(reader, 'name')
        return readArray(reader, 'results', (): AddedPartitions => {
          readInt32(reader) // partition
          return { topic, errorCode: readInt16(reader) }
        })
      })
      return topics.flat()
    },
  })
}

export interface Transaction extends ProducerIdentity {
  readonly transactionalId: string
}

/** Gives an error code. */
export async function askToEnd(
  connection: BrokerConnection,
  { transactionalId, producerId, producerEpoch }: Transaction,
  committed: boolean,
): Promise<number> {
  return connection.ask({
    name: 'EndTxn',
    version: pickVersion('EndTxn', [3, 2, 1], connection.versions),
    write: writer => {
      writeText(writer, transactionalId)
      writeInt64(writer, producerId)
      writeInt16(writer, producerEpoch)
      writeBool(writer, committed)
    },
    read: reader => {
      readInt32(reader) // throttle time
      return readInt16(reader)
    },
  })
}
