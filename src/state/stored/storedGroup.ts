import {
  type Assignment,
  type Group,
  type Holding,
  keyedBy,
  type Member,
  newGroup,
  newMember,
  noHoldings,
  noNames,
  noPartitions,
  sameAssignment,
} from '../group/group.ts'
import { heldBy } from '../group/holdings.ts'
import { Members } from '../group/members.ts'
import { sharedSubscription } from '../records/edit.ts'
import { type MemberEpoch, packEpochs, unpackEpochs } from './epochs.ts'

type StoredMetadata = Omit<Group, 'name' | 'members' | 'settled' | 'regexes' | 'topicNames'>
type StoredMember = Omit<
  Member,
  'id' | 'assignment' | 'pendingRevocation' | 'target' | 'assignedAt' | keyof MemberEpoch
>
type StoredPartitions = readonly (readonly [string, readonly number[]])[]

/** Left out when empty; null: cannot be read. */
interface StoredAssignment {
  readonly assigned?: StoredPartitions | null
  readonly pendingRevocation?: StoredPartitions
  readonly assignedAt?: number
  /** Left out: equal to the assignment; for a classic member, nothing. */
  readonly target?: StoredPartitions
  /** Left out: equal to what the member holds. Null: nothing. */
  readonly settled?: (Omit<Holding, 'assignment'> & { readonly assignment: StoredPartitions | null }) | null
}

/** The entries of one group, after `JSON.parse`. */
export interface StoredGroup {
  /** Undefined: not stored. */
  metadata: unknown
  epochs: unknown
  names: unknown
  readonly members: Map<string, unknown>
  readonly assignments: Map<string, unknown>
  readonly regexes: Map<string, unknown>
}

export function metadataValue(group: Group): string {
  const {
    name: _name,
    members: _members,
    settled: _settled,
    regexes: _regexes,
    topicNames: _names,
    ...metadata
  } = group
  return JSON.stringify(metadata satisfies StoredMetadata)
}

export function memberValue(member: Member): string {
  return JSON.stringify(ownRecordOf(member))
}

/** The part of a member that is in its own record. */
export function ownRecordOf(member: Member): StoredMember {
  const {
    id: _id,
    assignment: _assignment,
    pendingRevocation: _pending,
    target: _target,
    assignedAt: _assignedAt,
    epoch: _epoch,
    stable: _stable,
    ...own
  } = member
  return own
}

/** Null where there is nothing to store. */
export function assignmentValue(group: Group, id: string): string | null {
  const member = group.members.get(id)
  const settled = group.settled.get(id)
  const stored: StoredAssignment = {
    ...(member === undefined || member.assignment?.size === 0 ? {} : { assigned: encodePartitions(member.assignment) }),
    ...(member === undefined || member.pendingRevocation.size === 0
      ? {}
      : { pendingRevocation: [...member.pendingRevocation] }),
    ...(member === undefined || member.assignedAt < 0 ? {} : { assignedAt: member.assignedAt }),
    ...(member === undefined || hasUsualTarget(group, member) ? {} : { target: [...member.target] }),
    ...(isSettled(group, id)
      ? {}
      : { settled: settled === undefined || settled.assignment?.size === 0 ? null : encodeHolding(settled) }),
  }
  return Object.keys(stored).length === 0 ? null : JSON.stringify(stored)
}

function hasUsualTarget(group: Group, { assignment, target }: Member): boolean {
  return group.type === 'classic' ? target.size === 0 : sameAssignment(assignment, target)
}

/** The member, if it exists, holds what it held when the group was last settled. */
export function isSettled(group: Group, id: string): boolean {
  const member = group.members.get(id)
  const settled = group.settled.get(id)
  const held = member?.described === true ? heldBy(member) : noPartitions
  if (settled === undefined || settled.assignment?.size === 0) return held?.size === 0
  return (
    member !== undefined &&
    settled.keyedBy === keyedBy(group.type) &&
    settled.clientId === member.clientId &&
    sameAssignment(settled.assignment, held)
  )
}

/** Members of a classic group are always stable, and have no epoch. */
export function hasEpochs(group: Group | null): boolean {
  return group !== null && group.type !== 'classic' && group.members.size > 0
}

export function epochsValue(group: Group): string | null {
  if (!hasEpochs(group)) return null
  return JSON.stringify(packEpochs(group.epoch, group.members.values()))
}

/** Fields that an older version did not store get the values of a new group or member. */
export function decodeGroup(name: string, stored: StoredGroup): Group {
  const { metadata, epochs, names, members, assignments, regexes } = stored
  const head = metadata as StoredMetadata
  const epochOf =
    epochs === undefined ? new Map<string, MemberEpoch>() : unpackEpochs(epochs as string, head.epoch, members.keys())
  const all = new Map<string, Member>()
  let last: Member | undefined
  for (const [id, own] of members) {
    const { assigned, pendingRevocation, target, assignedAt = -1 } = (assignments.get(id) ?? {}) as StoredAssignment
    const assignment = assigned === null ? null : decodePartitions(assigned)
    const usualTarget = head.type === 'classic' ? noPartitions : (assignment ?? noPartitions)
    last = {
      ...newMember(id),
      ...(own as StoredMember),
      subscription: sharedSubscription((own as StoredMember).subscription, last),
      ...(epochOf.get(id) ?? always),
      assignment,
      pendingRevocation: decodePartitions(pendingRevocation),
      target: target === undefined ? usualTarget : decodePartitions(target),
      assignedAt,
    }
    all.set(id, last)
  }
  const settled = new Map<string, Holding>()
  for (const [id, value] of assignments) {
    const { settled: holding } = value as StoredAssignment
    const member = all.get(id)
    if (holding !== undefined) {
      if (holding !== null) settled.set(id, decodeHolding(holding))
    } else if (member?.described === true) {
      settled.set(id, { clientId: member.clientId, keyedBy: keyedBy(head.type), assignment: heldBy(member) })
    }
  }
  return {
    ...newGroup(name, head.type),
    ...head,
    members: new Members(all),
    settled: settled.size === 0 ? noHoldings : settled,
    regexes: regexes as Map<string, readonly string[]>,
    topicNames: names === undefined ? noNames : new Map(names as readonly (readonly [string, string])[]),
  }
}

/** See `hasEpochs`. */
const always: MemberEpoch = { epoch: null, stable: true }

function encodeHolding(holding: Holding): NonNullable<StoredAssignment['settled']> {
  return { ...holding, assignment: encodePartitions(holding.assignment) }
}

function decodeHolding(stored: NonNullable<StoredAssignment['settled']>): Holding {
  return { ...stored, assignment: stored.assignment === null ? null : decodePartitions(stored.assignment) }
}

function encodePartitions(assignment: Assignment | null): StoredPartitions | null {
  return assignment === null ? null : [...assignment]
}

function decodePartitions(stored: StoredPartitions = []): Assignment {
  return stored.length === 0 ? noPartitions : new Map(stored)
}
