import type { GroupState } from '../../events/groupState.ts'
import type { OpenCondition } from '../conditions/openConditions.ts'
import type { PartitionState } from '../partition.ts'
import { sortedMembers } from '../transition/members.ts'
import { compareText, type Group, keyedBy } from './group.ts'
import type { GroupSlot } from './groupSlot.ts'
import { heldBy, shown } from './holdings.ts'
import { stateOf } from './view.ts'

export interface PresentGroupOptions {
  readonly state: PartitionState
  /** Of `__consumer_offsets`. */
  readonly partition: number
  /** The open conditions of this group. */
  readonly conditions: readonly OpenCondition[]
}

/** An existing group as the groups topic shows it. */
export function presentGroup(
  { offsets }: GroupSlot,
  group: Group,
  { state, partition, conditions }: PresentGroupOptions,
): GroupState {
  const { name, type, epoch, protocolType, protocol, leader } = group
  const members = sortedMembers(group).map(member => {
    const { id, instanceId, clientId, host, epoch: memberEpoch } = member
    const held = heldBy(member)
    const assignment = held === null ? null : shown(held, keyedBy(type), state.names)
    return { id, instanceId, clientId, host, epoch: memberEpoch, assignment }
  })
  return {
    cluster: state.cluster,
    group: name,
    groupType: type,
    epoch,
    state: stateOf(group),
    protocolType,
    protocol,
    leader,
    memberCount: members.length,
    offsetCount: offsets,
    conditionCount: conditions.length,
    members,
    conditions: [...conditions].sort(compareConditions).map(({ type: opening, open, topic, partition: at }) => {
      return { type: opening, opened: open.id, since: open.time, topic, partition: at }
    }),
    truncated: false,
    partition,
    position: state.position,
    timestamp: state.timestamp < 0 ? null : state.timestamp,
  }
}

function compareConditions(a: OpenCondition, b: OpenCondition): number {
  return (
    compareText(a.type, b.type) ||
    compareText(a.topic ?? '', b.topic ?? '') ||
    (a.partition ?? -1) - (b.partition ?? -1)
  )
}
