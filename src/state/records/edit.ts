import type { GroupType } from '../../events/envelope.ts'
import {
  type Assignment,
  type GroupDraft,
  type Member,
  newGroup,
  newMember,
  noPartitions,
  type Subscription,
  sameAssignment,
  sameSubscription,
} from '../group/group.ts'

/** The group as a value record of `type` finds it: a group of another kind has ended, one not known begins. */
export function groupOf(group: GroupDraft | null, type: GroupType, name: string): GroupDraft {
  return group?.type === type ? group : newGroup(name, type)
}

export function setMember(group: GroupDraft, id: string, change: Partial<Member>): void {
  const member = { ...(group.members.get(id) ?? newMember(id)), ...change }
  // A settled member holds what it is to hold: one list in memory instead of two.
  const isShared = member.target === member.assignment || !sameAssignment(member.target, member.assignment)
  group.members.set(id, isShared || member.assignment === null ? member : { ...member, target: member.assignment })
}

export function setTarget(group: GroupDraft, id: string, target: Assignment): void {
  setMember(group, id, { target })
}

/** A member of which only a target was known is gone with it. */
export function clearTarget(group: GroupDraft, id: string): void {
  const member = group.members.get(id)
  if (member === undefined || member.target.size === 0) return
  if (member.described || member.epoch !== null) setMember(group, id, { target: noPartitions })
  else group.members.delete(id)
}

/**
 * A member by its own record. An instance is one member at a time: the one that had its instance id is gone, as it is in
 * the coordinator; its tombstones come with the new one, unless they were compacted away.
 */
export function describeMember(group: GroupDraft, id: string, change: Partial<Member>): void {
  const { instanceId = null } = change
  if (instanceId !== null && group.members.get(id)?.instanceId !== instanceId) {
    for (const other of group.members.values()) {
      if (other.instanceId === instanceId && other.id !== id) group.members.delete(other.id)
    }
  }
  const subscription = sharedSubscription(change.subscription ?? null, group.members.get(id), firstSubscriber(group))
  setMember(group, id, { ...change, subscription, described: true })
}

/** One list of topics for all members that want the same: there can be thousands of members with hundreds of topics. */
export function sharedSubscription(
  subscription: Subscription | null,
  ...others: readonly (Pick<Member, 'subscription'> | undefined)[]
): Subscription | null {
  if (subscription === null) return null
  const same = others.find(other => other !== undefined && sameSubscription(other.subscription, subscription))
  return same?.subscription ?? subscription
}

function firstSubscriber(group: GroupDraft): Member | undefined {
  for (const member of group.members.values()) if (member.subscription !== null) return member
  return undefined
}

/** A member whose own record is gone: where it still has a record of its assignment or its target, that is known. */
export function removeMember(group: GroupDraft, id: string): void {
  const member = group.members.get(id)
  if (member === undefined) return
  if (member.epoch === null && member.target.size === 0) group.members.delete(id)
  else {
    const { assignment, pendingRevocation, epoch, stable, assignedAt, target } = member
    group.members.set(id, { ...newMember(id), assignment, pendingRevocation, epoch, stable, assignedAt, target })
  }
}

/** A member that was described stays, as one with a target does; one of which only an assignment was known is gone with it. */
export function clearCurrentAssignment(group: GroupDraft, id: string): void {
  const member = group.members.get(id)
  if (member === undefined) return
  if (member.described || member.target.size > 0) setMember(group, id, withoutAssignment)
  else group.members.delete(id)
}

const nobody = newMember('')
const withoutAssignment: Partial<Member> = {
  assignment: nobody.assignment,
  pendingRevocation: nobody.pendingRevocation,
  epoch: nobody.epoch,
  assignedAt: nobody.assignedAt,
  stable: nobody.stable,
}
