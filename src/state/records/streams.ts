import { assignmentOf, type GroupDraft, rackOf } from '../group/group.ts'
import type { StreamsRecord } from './applyRecord.ts'
import {
  clearCurrentAssignment,
  clearTarget,
  describeMember,
  groupOf,
  removeMember,
  setMember,
  setTarget,
} from './edit.ts'

// KIP-1071, streams MemberState: 1 stable, 2 unrevoked tasks, 3 unreleased tasks (0 is unknown, unlike KIP-848's).
const stable = 1

/**
 * Records of a streams group (KIP-1071). What a member holds are its active tasks: standby and warm-up tasks are copies
 * of state that process nothing; yet a member that still has to give one up is not stable.
 */
export function applyStreamsRecord(group: GroupDraft | null, record: StreamsRecord, name: string): GroupDraft | null {
  if (record.value === null) return group?.type === 'streams' ? applyTombstone(group, record) : group
  const streams = groupOf(group, 'streams', name)
  switch (record.type) {
    case 'STREAMS_GROUP_METADATA':
      streams.epoch = record.value.epoch
      streams.validatedTopologyEpoch = record.value.validatedTopologyEpoch
      break
    case 'STREAMS_GROUP_MEMBER_METADATA':
      describeMember(streams, record.key.memberId, {
        instanceId: record.value.instanceId,
        clientId: record.value.clientId,
        host: record.value.clientHost,
        rack: rackOf(record.value.rackId),
        rebalanceTimeoutMs: record.value.rebalanceTimeoutMs,
      })
      break
    case 'STREAMS_GROUP_TARGET_ASSIGNMENT_METADATA':
      streams.targetEpoch = record.value.assignmentEpoch
      break
    case 'STREAMS_GROUP_CURRENT_MEMBER_ASSIGNMENT': {
      const { value } = record
      const pendingRevocation = tasks(value.activeTasksPendingRevocation)
      const pending =
        pendingRevocation.size + value.standbyTasksPendingRevocation.length + value.warmupTasksPendingRevocation.length
      setMember(streams, record.key.memberId, {
        epoch: value.memberEpoch,
        stable: value.state === stable && pending === 0,
        assignment: tasks(value.activeTasks),
        pendingRevocation,
      })
      break
    }
    case 'STREAMS_GROUP_TOPOLOGY':
      streams.topologyEpoch = record.value.epoch
      break
    case 'STREAMS_GROUP_TARGET_ASSIGNMENT_MEMBER':
      setTarget(streams, record.key.memberId, tasks(record.value.activeTasks))
      break
  }
  return streams
}

function applyTombstone(group: GroupDraft, record: StreamsRecord): GroupDraft | null {
  switch (record.type) {
    case 'STREAMS_GROUP_METADATA':
      return null
    case 'STREAMS_GROUP_MEMBER_METADATA':
      removeMember(group, record.key.memberId)
      return group
    case 'STREAMS_GROUP_CURRENT_MEMBER_ASSIGNMENT':
      clearCurrentAssignment(group, record.key.memberId)
      return group
    case 'STREAMS_GROUP_TARGET_ASSIGNMENT_METADATA':
      group.targetEpoch = 0
      return group
    case 'STREAMS_GROUP_TOPOLOGY':
      group.topologyEpoch = -1
      return group
    case 'STREAMS_GROUP_TARGET_ASSIGNMENT_MEMBER':
      clearTarget(group, record.key.memberId)
      return group
  }
}

function tasks(entries: readonly { readonly subtopologyId: string; readonly partitions: readonly number[] }[]) {
  return assignmentOf(entries.map(entry => [entry.subtopologyId, entry.partitions]))
}
