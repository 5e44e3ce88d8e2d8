import { type RequestWriter, writeArray, writeInt8, writeInt32, writeInt64, writeText } from './requestWriter.ts'

/** Versions of Fetch that are spoken, best first. From 13 on, topics have ids instead of names: another request. */
export const fetchVersions = [12, 11, 10, 9, 8, 7, 6, 5, 4] as const
export type FetchVersion = (typeof fetchVersions)[number]

export interface FetchRequest {
  readonly topic: string
  /** In this order they share `maxBytes`; the first one that has anything gets a whole batch, however large. */
  readonly partitions: readonly FetchedPosition[]
  /** How long the broker may wait for something to be there. */
  readonly maxWaitMs: number
  readonly maxBytes: number
  readonly maxPartitionBytes: number
}

export interface FetchedPosition {
  readonly partition: number
  readonly position: number
  /** -1 where it is not known: then the broker does not check it. */
  readonly leaderEpoch: number
}

const consumer = -1
const readUncommitted = 0
/** No fetch session (KIP-227): every request names every partition. */
const noSession = 0
const finalEpoch = -1
const unknownOffset = -1n
const unknownEpoch = -1

/** The body of a Fetch request that reads uncommitted, control batches included. Layout: Kafka's FetchRequest. */
export function writeFetchRequest(writer: RequestWriter, version: FetchVersion, request: FetchRequest): void {
  writeInt32(writer, consumer)
  writeInt32(writer, request.maxWaitMs)
  writeInt32(writer, 1) // bytes that must be there for an answer before maxWaitMs
  writeInt32(writer, request.maxBytes)
  writeInt8(writer, readUncommitted)
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
  if (version >= 7) writeArray(writer, [], () => undefined) // no topic leaves a session
  if (version >= 11) writeText(writer, '') // no rack: the leader is read
}
