import type { GroupType } from '../../events/envelope.ts'
import { type GroupDraft, type Member, newGroup, newMember } from '../group/group.ts'

/** The group as a value record of `type` finds it: a group of another kind has ended, one not known begins. */
export function groupOf(group: GroupDraft | null, type: GroupType, name: string): GroupDraft {
  return group?.type === type ? group : newGroup(name, type)
}

export function setMember(group: GroupDraft, id: string, change: Partial<Member>): void {
  group.members.set(id, { ...(group.members.get(id) ?? newMember(id)), ...change })
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
  setMember(group, id, { ...change, described: true })
}

/** A member whose own record is gone: where it still has an assignment of its own record, that is known. */
export function removeMember(group: GroupDraft, id: string): void {
  const member = group.members.get(id)
  if (member === undefined) return
  if (member.epoch === null) group.members.delete(id)
  else {
    const { assignment, pendingRevocation, epoch, stable, assignedAt } = member
    group.members.set(id, { ...newMember(id), assignment, pendingRevocation, epoch, stable, assignedAt })
  }
}

/** A member that was described stays; one of which only an assignment was known is gone with it. */
export function clearCurrentAssignment(group: GroupDraft, id: string): void {
  const member = group.members.get(id)
  if (member === undefined) return
  if (member.described) setMember(group, id, withoutAssignment)
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
