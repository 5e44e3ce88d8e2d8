import {
  type ConsumerProtocolAssignment,
  type ConsumerProtocolSubscription,
  decodeAssignment,
  decodeSubscription,
} from '../coordinator/consumerProtocol.ts'
import {
  type CoordinatorRecord,
  type Decoded,
  decodeRecord,
  groupOf,
  type RecordOf,
  type Undecodable,
} from '../coordinator/decode.ts'
import { type Int64, int64Of } from '../events/envelope.ts'

/** What one record of `__consumer_offsets` says. Tell the kinds apart by `kind`. */
export type Message = OffsetMessage | GroupMessage | RecordMessage | UndecodableMessage

/** An offset of a group, of any kind of group but share groups. */
export interface OffsetMessage {
  readonly kind: 'offset'
  readonly group: string
  readonly topic: string
  readonly partition: number
  /** Null for a tombstone: the offset was deleted, or has expired. */
  readonly commit: OffsetCommit | null
  /** The record as it is, field by field. */
  readonly record: OffsetRecord
}

export interface OffsetCommit {
  /** The next offset that the group will read. */
  readonly offset: Int64
  /** Whatever the client put there; '' for none. */
  readonly metadata: string
  /** Null where the client did not tell, or the version of the record has no place for it. */
  readonly leaderEpoch: number | null
  /** Milliseconds since the epoch. */
  readonly commitTimestamp: Int64
  /** Milliseconds since the epoch; null unless the client asked for a retention time of its own. */
  readonly expireTimestamp: Int64 | null
  /** As Kafka prints it; null where the record has none (before 4.1, transactional commits). */
  readonly topicId: string | null
}

/** A classic group as a whole, as it was after a rebalance. */
export interface GroupMessage {
  readonly kind: 'group'
  readonly group: string
  /** Null for a tombstone: the group was deleted, has expired, or goes on under another protocol (KIP-848). */
  readonly groupMetadata: GroupMetadata | null
  readonly record: RecordOf<'GROUP_METADATA'>
}

export interface GroupMetadata {
  /** `consumer`, `connect`, …; '' for a group that nobody joined yet. */
  readonly protocolType: string
  readonly generation: number
  /** The assignor; null for a group without members. */
  readonly protocol: string | null
  /** Member id; null for a group without members. */
  readonly leader: string | null
  /** Milliseconds since the epoch; null where the version of the record has none (before 2.1). */
  readonly currentStateTimestamp: Int64 | null
  readonly members: readonly GroupMember[]
}

export interface CompleteGroupMetadata extends GroupMetadata {
  readonly leader: string
}

export interface GroupMember {
  readonly id: string
  /** `group.instance.id` of a static member; null of a dynamic one. */
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  readonly sessionTimeoutMs: number
  /** Of clients before 0.10.1 the session timeout, which was both. */
  readonly rebalanceTimeoutMs: number
  /** Null where protocolType is not `consumer`, and where Kafka's own client could not read the bytes. */
  readonly subscription: ConsumerProtocolSubscription | null
  /** As `subscription`; also null while there are no bytes at all. */
  readonly assignment: ConsumerProtocolAssignment | null
}

/** Any other record: of consumer (KIP-848), share and streams groups. Tell them apart by `record.type`. */
export interface RecordMessage {
  readonly kind: 'record'
  readonly group: string
  readonly record: OtherRecord
}

/** What Kafka itself could not read. */
export interface UndecodableMessage {
  readonly kind: 'undecodable'
  /** Null unless the key could be read. */
  readonly group: string | null
  readonly fault: Undecodable
}

export type OffsetRecord = RecordOf<'OFFSET_COMMIT'> | RecordOf<'LEGACY_OFFSET_COMMIT'>
export type OtherRecord = Exclude<CoordinatorRecord, OffsetRecord | RecordOf<'GROUP_METADATA'>>

/**
 * Reads key and value of one record of `__consumer_offsets`, of any version that Kafka can read. A null value is a
 * tombstone. Never throws: what Kafka refuses is a message of kind `undecodable`. Not for control records, whose keys
 * have another layout. What is returned holds no part of `key` or `value`.
 */
export function decode(key: Uint8Array | null, value: Uint8Array | null): Message {
  return messageOf(decodeRecord(bufferOf(key), bufferOf(value)))
}

/** The message of a record that is read already. */
export function messageOf(decoded: Decoded): Message {
  if (decoded.kind === 'undecodable') return { kind: 'undecodable', group: decoded.group, fault: decoded }
  if (decoded.type === 'OFFSET_COMMIT' || decoded.type === 'LEGACY_OFFSET_COMMIT') return offsetMessage(decoded)
  if (decoded.type !== 'GROUP_METADATA') return { kind: 'record', group: groupOf(decoded), record: decoded }
  const groupMetadata = decoded.value === null ? null : groupMetadataOf(decoded.value)
  return { kind: 'group', group: decoded.key.group, groupMetadata, record: decoded }
}

/**
 * True for a classic group whose rebalance is complete: it has a leader, and so members with assignments. False for a
 * group that is empty or was never joined, and for a tombstone.
 */
export function isComplete(groupMetadata: GroupMetadata | null): groupMetadata is CompleteGroupMetadata {
  return groupMetadata !== null && groupMetadata.leader !== null && groupMetadata.leader !== ''
}

/** The zero uuid. */
const noTopicId = 'AAAAAAAAAAAAAAAAAAAAAA'

function offsetMessage(record: OffsetRecord): OffsetMessage {
  const { group, topic, partition } = record.key
  return { kind: 'offset', group, topic, partition, commit: commitOf(record), record }
}

function commitOf({ value }: OffsetRecord): OffsetCommit | null {
  if (value === null) return null
  const { offset, metadata, commitTimestamp } = value
  const expireTimestamp = 'expireTimestamp' in value ? value.expireTimestamp : -1n
  const leaderEpoch = 'leaderEpoch' in value && value.leaderEpoch >= 0 ? value.leaderEpoch : null
  return {
    offset: int64Of(offset),
    metadata,
    leaderEpoch,
    commitTimestamp: int64Of(commitTimestamp),
    expireTimestamp: expireTimestamp === -1n ? null : int64Of(expireTimestamp),
    topicId: 'topicId' in value && value.topicId !== noTopicId ? value.topicId : null,
  }
}

function groupMetadataOf(value: NonNullable<RecordOf<'GROUP_METADATA'>['value']>): GroupMetadata {
  const { protocolType, generation, protocol, leader, currentStateTimestamp } = value
  const speaksConsumerProtocol = protocolType === 'consumer'
  return {
    protocolType,
    generation,
    protocol,
    leader,
    currentStateTimestamp: currentStateTimestamp === -1n ? null : int64Of(currentStateTimestamp),
    members: value.members.map(member => ({
      id: member.memberId,
      instanceId: member.groupInstanceId,
      clientId: member.clientId,
      host: member.clientHost,
      sessionTimeoutMs: member.sessionTimeout,
      rebalanceTimeoutMs: member.rebalanceTimeout < 0 ? member.sessionTimeout : member.rebalanceTimeout,
      subscription: speaksConsumerProtocol ? decodeSubscription(member.subscription) : null,
      assignment: speaksConsumerProtocol ? decodeAssignment(member.assignment) : null,
    })),
  }
}

function bufferOf(bytes: Uint8Array | null): Buffer | null {
  if (bytes === null || Buffer.isBuffer(bytes)) return bytes
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
