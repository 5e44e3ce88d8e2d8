import { type GroupDraft, noNames, noPartitions, rackOf, subscriptionOf } from '../group/group.ts'
import type { ShareRecord } from './applyRecord.ts'
import { byTopicId, targetByTopicId } from './consumer.ts'
import {
  clearCurrentAssignment,
  clearTarget,
  describeMember,
  groupOf,
  removeMember,
  setMember,
  setTarget,
} from './edit.ts'
import { topicNamesIn } from './namedTopics.ts'

/** Records of a share group (KIP-932). A share member revokes nothing: it is stable as soon as it has its epoch. */
export function applyShareRecord(group: GroupDraft | null, record: ShareRecord, name: string): GroupDraft | null {
  if (record.value === null) return group?.type === 'share' ? applyTombstone(group, record) : group
  const share = groupOf(group, 'share', name)
  switch (record.type) {
    case 'SHARE_GROUP_METADATA':
      share.epoch = record.value.epoch
      break
    case 'SHARE_GROUP_MEMBER_METADATA':
      describeMember(share, record.key.memberId, {
        clientId: record.value.clientId,
        host: record.value.clientHost,
        rack: rackOf(record.value.rackId),
        subscription: subscriptionOf(record.value.subscribedTopicNames, null),
      })
      break
    case 'SHARE_GROUP_TARGET_ASSIGNMENT_METADATA':
      share.targetEpoch = record.value.assignmentEpoch
      break
    case 'SHARE_GROUP_CURRENT_MEMBER_ASSIGNMENT':
      setMember(share, record.key.memberId, {
        epoch: record.value.memberEpoch,
        stable: record.value.state === 0,
        assignment: byTopicId(record.value.assignedPartitions),
        pendingRevocation: noPartitions,
      })
      break
    case 'SHARE_GROUP_STATE_PARTITION_METADATA':
      share.topicNames = topicNamesIn(record)
      break
    case 'SHARE_GROUP_TARGET_ASSIGNMENT_MEMBER':
      setTarget(share, record.key.memberId, targetByTopicId(record.value.topicPartitions))
      break
  }
  return share
}

function applyTombstone(group: GroupDraft, record: ShareRecord): GroupDraft | null {
  switch (record.type) {
    case 'SHARE_GROUP_METADATA':
      return null
    case 'SHARE_GROUP_MEMBER_METADATA':
      removeMember(group, record.key.memberId)
      return group
    case 'SHARE_GROUP_CURRENT_MEMBER_ASSIGNMENT':
      clearCurrentAssignment(group, record.key.memberId)
      return group
    case 'SHARE_GROUP_TARGET_ASSIGNMENT_METADATA':
      group.targetEpoch = 0
      return group
    case 'SHARE_GROUP_STATE_PARTITION_METADATA':
      group.topicNames = noNames
      return group
    case 'SHARE_GROUP_TARGET_ASSIGNMENT_MEMBER':
      clearTarget(group, record.key.memberId)
      return group
  }
}
