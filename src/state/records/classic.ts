import { decodeSubscription, embeddedAssignment } from '../../coordinator/consumerProtocol.ts'
import {
  type Assignment,
  assignmentOf,
  type GroupDraft,
  type Member,
  newMember,
  noPartitions,
  rackOf,
  sameAssignment,
  subscriptionOf,
} from '../group/group.ts'
import { Members } from '../group/members.ts'
import type { ClassicRecord } from './applyRecord.ts'
import { groupOf, sharedSubscription } from './edit.ts'

type ClassicMember = NonNullable<ClassicRecord['value']>['members'][number]

/**
 * The only record of a classic group: its whole state, written when a rebalance completes. For an unknown group, or one
 * of another kind, its tombstone means nothing (a migration writes it first).
 */
export function applyGroupMetadata(group: GroupDraft | null, record: ClassicRecord, name: string): GroupDraft | null {
  if (record.value === null) return group?.type === 'classic' ? null : group
  const { protocolType, generation, protocol, leader, members } = record.value
  const classic = groupOf(group, 'classic', name)
  classic.protocolType = protocolType
  classic.epoch = generation
  classic.protocol = protocol
  classic.leader = leader
  const all = new Map<string, Member>()
  let last: Member | undefined
  for (const member of members) {
    const known = group?.members.get(member.memberId)
    last = sharing(classicMember(member, protocolType), known, last)
    all.set(member.memberId, last)
  }
  classic.members = new Members(all)
  return classic
}

/** With the lists of what it was before, or of another member, where those are the same: each record brings them all. */
function sharing(member: Member, known: Member | undefined, other: Member | undefined): Member {
  const { assignment } = member
  return {
    ...member,
    subscription: sharedSubscription(member.subscription, known, other),
    assignment: known !== undefined && sameAssignment(known.assignment, assignment) ? known.assignment : assignment,
  }
}

function classicMember(member: ClassicMember, protocolType: string): Member {
  return {
    ...newMember(member.memberId),
    described: true,
    stable: true,
    instanceId: member.groupInstanceId,
    clientId: member.clientId,
    host: member.clientHost,
    // Group metadata v0 has no rebalance timeout: the session timeout served as both.
    rebalanceTimeoutMs: member.rebalanceTimeout < 0 ? member.sessionTimeout : member.rebalanceTimeout,
    sessionTimeoutMs: member.sessionTimeout,
    // Other protocol types (Connect) have formats of their own.
    ...(protocolType === 'consumer'
      ? embedded(member)
      : { assignment: member.assignment.length === 0 ? noPartitions : null }),
  }
}

/** What the client library wrote (KIP-54 and later). */
function embedded(member: ClassicMember): Partial<Member> {
  const subscription = decodeSubscription(member.subscription)
  return {
    subscription: subscription === null ? null : subscriptionOf(subscription.topics, null),
    rack: rackOf(subscription?.rackId),
    assignment: assignmentIn(member.assignment),
  }
}

/** Read completely or not at all. A member without any bytes has not been assigned anything yet. */
function assignmentIn(bytes: Buffer): Assignment | null {
  const embedded = embeddedAssignment(bytes)
  switch (embedded.kind) {
    case 'empty':
      return noPartitions
    case 'unreadable':
      return null
    case 'data':
      return assignmentOf(embedded.data.assignedPartitions.map(entry => [entry.topic, entry.partitions]))
  }
}
