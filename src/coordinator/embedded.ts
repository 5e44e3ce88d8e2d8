import {
  type ConsumerProtocolAssignment,
  type ConsumerProtocolSubscription,
  type Embedded,
  embeddedAssignment,
  embeddedSubscription,
} from './consumerProtocol.ts'
import type { CoordinatorRecord, RecordOf } from './decode.ts'

/** A classic member's ConsumerProtocol bytes, where the group's protocolType is `consumer`. */
export interface EmbeddedMember {
  readonly memberId: string
  readonly subscription: Embedded<ConsumerProtocolSubscription>
  readonly assignment: Embedded<ConsumerProtocolAssignment>
}

/** The subscription of a member of a KIP-848 group that uses the classic protocol. */
export interface EmbeddedProtocol {
  readonly name: string
  readonly subscription: Embedded<ConsumerProtocolSubscription>
}

/**
 * The ConsumerProtocol parts of a record, decoded on demand. Undefined where the record has none: another record type,
 * a tombstone, another protocol (Connect's bytes are not ConsumerProtocol).
 */
export function embeddedOf(
  record: CoordinatorRecord,
): readonly EmbeddedMember[] | readonly EmbeddedProtocol[] | undefined {
  if (record.type === 'GROUP_METADATA') return membersOf(record)
  return record.type === 'CONSUMER_GROUP_MEMBER_METADATA' ? protocolsOf(record) : undefined
}

function membersOf({ value }: RecordOf<'GROUP_METADATA'>): readonly EmbeddedMember[] | undefined {
  if (value?.protocolType !== 'consumer') return undefined
  return value.members.map(({ memberId, subscription, assignment }) => ({
    memberId,
    subscription: embeddedSubscription(subscription),
    assignment: embeddedAssignment(assignment),
  }))
}

function protocolsOf({ value }: RecordOf<'CONSUMER_GROUP_MEMBER_METADATA'>): readonly EmbeddedProtocol[] | undefined {
  const protocols = value?.classicMemberMetadata?.supportedProtocols
  return protocols?.map(({ name, metadata }) => ({ name, subscription: embeddedSubscription(metadata) }))
}
