import type { ProducerIdentity } from '../records/batchEncoder.ts'
import { readInt16, readInt32, readInt64 } from '../records/reader.ts'
import type { TopicPartition } from './metadata.ts'
import type { Request } from './request.ts'
import {
  type RequestWriter,
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
import { readArray, readNullableText, readText, readThrottleTime } from './responseReader.ts'

/* The requests of a producer about its transactions (KIP-98). An error code is 0 for none. */

export interface FoundCoordinator {
  readonly errorCode: number
  readonly node: number
}

export interface Coordinated {
  readonly kind: 'group' | 'transaction'
  /** The group id, or the transactional id. */
  readonly id: string
}

const coordinatorTypes = { group: 0, transaction: 1 } as const

/** Which broker coordinates a group or a transactional id; any broker can answer. */
export const findCoordinator: Request<Coordinated, FoundCoordinator> = {
  name: 'FindCoordinator',
  key: 10,
  versions: [3, 2],
  flexibleFrom: 3,
  write: (writer, { kind, id }) => {
    writeText(writer, id)
    writeInt8(writer, coordinatorTypes[kind])
  },
  read: reader => {
    readThrottleTime(reader)
    const errorCode = readInt16(reader)
    readNullableText(reader, 'error_message')
    return { errorCode, node: readInt32(reader) }
  },
}

export interface ProducerInit {
  /** Null without transactions: then any broker assigns a new producer id. */
  readonly transactionalId: string | null
  readonly transactionTimeoutMs: number
}

export interface InitializedProducer extends ProducerIdentity {
  readonly errorCode: number
}

export const initProducerId: Request<ProducerInit, InitializedProducer> = {
  name: 'InitProducerId',
  key: 22,
  versions: [4, 3, 2, 1],
  flexibleFrom: 2,
  write: (writer, { transactionalId, transactionTimeoutMs }, version) => {
    writeNullableText(writer, transactionalId)
    writeInt32(writer, transactionTimeoutMs)
    if (version < 3) return
    writeInt64(writer, -1n) // no producer id yet
    writeInt16(writer, -1)
  },
  read: reader => {
    readThrottleTime(reader)
    return { errorCode: readInt16(reader), producerId: readInt64(reader), producerEpoch: readInt16(reader) }
  },
}

export interface Transaction extends ProducerIdentity {
  readonly transactionalId: string
}

export interface AddPartitions extends Transaction {
  readonly partitions: readonly TopicPartition[]
}

export interface AddedPartition extends TopicPartition {
  readonly errorCode: number
}

export const addPartitionsToTxn: Request<AddPartitions, readonly AddedPartition[]> = {
  name: 'AddPartitionsToTxn',
  key: 24,
  versions: [3, 2, 1],
  flexibleFrom: 3,
  write: (writer, { partitions, ...transaction }) => {
    writeTransaction(writer, transaction)
    writeArray(writer, [...Map.groupBy(partitions, ({ topic }) => topic)], ([topic, ofTopic]) => {
      writeText(writer, topic)
      writeInt32s(
        writer,
        ofTopic.map(({ partition }) => partition),
      )
    })
  },
  read: reader => {
    readThrottleTime(reader)
    const topics = readArray(reader, 'results', () => {
      const topic = readText(reader, 'name')
      return readArray(
        reader,
        'results',
        (): AddedPartition => ({ topic, partition: readInt32(reader), errorCode: readInt16(reader) }),
      )
    })
    return topics.flat()
  },
}

export interface EndTransaction extends Transaction {
  readonly committed: boolean
}

/** The response is an error code. */
export const endTxn: Request<EndTransaction, number> = {
  name: 'EndTxn',
  key: 26,
  versions: [3, 2, 1],
  flexibleFrom: 3,
  write: (writer, { committed, ...transaction }) => {
    writeTransaction(writer, transaction)
    writeBool(writer, committed)
  },
  read: reader => {
    readThrottleTime(reader)
    return readInt16(reader)
  },
}

function writeTransaction(writer: RequestWriter, { transactionalId, producerId, producerEpoch }: Transaction): void {
  writeText(writer, transactionalId)
  writeInt64(writer, producerId)
  writeInt16(writer, producerEpoch)
}
