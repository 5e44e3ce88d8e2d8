import {
  bytesLeft,
  type DecodeErrorCode,
  DecodeFault,
  type Reader,
  readCount,
  readerOf,
  readInt16,
  readItems,
  readString,
} from '../kafka/records/reader.ts'
import {
  type ConsumerProtocolAssignment,
  consumerProtocolAssignmentVersions,
  readConsumerProtocolAssignment,
} from './generated/consumerProtocolAssignment.ts'
import {
  type ConsumerProtocolSubscription,
  consumerProtocolSubscriptionVersions,
  readConsumerProtocolSubscription,
} from './generated/consumerProtocolSubscription.ts'

export { type ConsumerProtocolAssignment } from './generated/consumerProtocolAssignment.ts'
export { type ConsumerProtocolSubscription } from './generated/consumerProtocolSubscription.ts'

/** Bytes that a client put into its member's record; the broker stores them as they are. */
export type Embedded<T> = EmbeddedData<T> | EmbeddedUnreadable | EmbeddedEmpty

export interface EmbeddedData<T> {
  readonly kind: 'data'
  /** As written; may be higher than any known version. */
  readonly version: number
  readonly data: T
  /** Bytes after the last field: of a newer version, or garbage. */
  readonly remaining: number
}

export interface EmbeddedUnreadable {
  readonly kind: 'unreadable'
  readonly code: DecodeErrorCode
  /** Where the field begins that cannot be read. */
  readonly position: number
  readonly reason: string
}

/** No bytes at all: the member has not been assigned anything yet. */
export interface EmbeddedEmpty {
  readonly kind: 'empty'
}

/**
 * What the member subscribes to (KIP-429, KIP-792, KIP-881), as far as the bytes are complete; null where the topics
 * are not. kafka-go and sarama-cluster write version 1 without its last list, which Kafka's own client refuses.
 */
export function decodeSubscription(bytes: Buffer): ConsumerProtocolSubscription | null {
  const whole = embeddedSubscription(bytes)
  if (whole.kind === 'data') return whole.data
  // Each version adds a field at the end: where the newest version is cut off, an older one may be complete.
  for (let version = subscriptionSpec.versions.highest - 1; version >= 0; version--) {
    const part = decodeEmbedded(bytes, { ...subscriptionSpec, versions: { lowest: 0, highest: version } })
    if (part.kind === 'data') return part.data
  }
  const topics = decodeEmbedded(bytes, { ...subscriptionSpec, read: readTopics })
  return topics.kind === 'data' ? topics.data : null
}

/** The member's partitions; null where there are no bytes, or bytes that Kafka's own client could not read. */
export function decodeAssignment(bytes: Buffer): ConsumerProtocolAssignment | null {
  const embedded = embeddedAssignment(bytes)
  return embedded.kind === 'data' ? embedded.data : null
}

/** As `decodeSubscription`, with the version, the user data and the reason for a failure. */
export function embeddedSubscription(bytes: Buffer): EmbeddedData<ConsumerProtocolSubscription> | EmbeddedUnreadable {
  return decodeEmbedded(bytes, subscriptionSpec)
}

/** As `decodeAssignment`, with the version, the user data and the reason for a failure. */
export function embeddedAssignment(bytes: Buffer): Embedded<ConsumerProtocolAssignment> {
  return bytes.length === 0 ? { kind: 'empty' } : decodeEmbedded(bytes, assignmentSpec)
}

/** The part that every client writes. */
function readTopics(reader: Reader): ConsumerProtocolSubscription {
  const topics = readItems(readCount(reader, 'topics'), () => readString(reader, 'topics element'))
  return { topics, userData: null, ownedPartitions: [], generationId: -1, rackId: null }
}

interface EmbeddedSpec<T> {
  readonly versions: { readonly lowest: number; readonly highest: number }
  readonly read: (reader: Reader, version: number) => T
}

const subscriptionSpec = { versions: consumerProtocolSubscriptionVersions, read: readConsumerProtocolSubscription }
const assignmentSpec = { versions: consumerProtocolAssignmentVersions, read: readConsumerProtocolAssignment }

function decodeEmbedded<T>(bytes: Buffer, { versions, read }: EmbeddedSpec<T>): EmbeddedData<T> | EmbeddedUnreadable {
  const reader = readerOf(bytes)
  try {
    const version = readInt16(reader)
    if (version < versions.lowest) {
      throw new DecodeFault('UNKNOWN_VERSION', 0, `version ${version} of the consumer protocol`)
    }
    // Newer versions only add fields at the end. Kafka's clients read them as the newest version they know.
    const data = read(reader, Math.min(version, versions.highest))
    return { kind: 'data', version, data, remaining: bytesLeft(reader) }
  } catch (error) {
    if (!(error instanceof DecodeFault)) throw error
    return { kind: 'unreadable', code: error.code, position: error.position, reason: error.message }
  }
}
