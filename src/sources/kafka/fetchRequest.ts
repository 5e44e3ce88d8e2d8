import { Writer } from '@platformatic/kafka'

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
export function writeFetchRequest(version: FetchVersion, request: FetchRequest): Writer {
  const compact = isFlexible(version)
  const writer = Writer.create()
    .appendInt32(consumer)
    .appendInt32(request.maxWaitMs)
    .appendInt32(1) // bytes that must be there for an answer before maxWaitMs
    .appendInt32(request.maxBytes)
    .appendInt8(readUncommitted)
  if (version >= 7) writer.appendInt32(noSession).appendInt32(finalEpoch)
  writer.appendArray(
    [request.topic],
    (topics, topic) => {
      topics.appendString(topic, compact).appendArray(
        [...request.partitions],
        (partitions, { partition, position, leaderEpoch }) => {
          partitions.appendInt32(partition)
          if (version >= 9) partitions.appendInt32(leaderEpoch)
          partitions.appendInt64(BigInt(position))
          if (version >= 12) partitions.appendInt32(unknownEpoch)
          if (version >= 5) partitions.appendInt64(unknownOffset)
          partitions.appendInt32(request.maxPartitionBytes)
        },
        compact,
        compact,
      )
    },
    compact,
    compact,
  )
  if (version >= 7) writer.appendArray([], () => undefined, compact, compact) // no topic leaves a session
  if (version >= 11) writer.appendString('', compact) // no rack: the leader is read
  return compact ? writer.appendTaggedFields() : writer
}

/** From version 12 on, lengths are compact and everything may have tagged fields (KIP-482). */
export function isFlexible(version: FetchVersion): boolean {
  return version >= 12
}
