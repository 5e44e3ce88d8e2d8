import { type Group, type Holding, type Member, sameAssignment } from '../group/group.ts'
import type { StateChanges } from './changes.ts'
import { hasEpochs, isSettled, metadataValue, ownRecordOf } from './storedGroup.ts'

/**
 * Records which entries of a group a transition changed. `before` must still be the state before the transition:
 * sealing the draft of its members changes it.
 */
export function noteGroupChanges(changes: StateChanges, before: Group | null, after: Group | null): void {
  const group = (after ?? before)?.name
  if (group === undefined) return
  if (before === null || after === null || metadataValue(before) !== metadataValue(after)) {
    changes.note({ kind: 'metadata', group })
  }
  if (before?.topicNames !== after?.topicNames) changes.note({ kind: 'names', group })
  let areEpochsOthers = before?.epoch !== after?.epoch || before?.type !== after?.type
  for (const id of touchedIds(before, after)) {
    const old = before?.members.get(id)
    const now = after?.members.get(id)
    if (!isSameRecord(old, now)) changes.note({ kind: 'member', group, member: id })
    if (!isSameHeld(old, now) || wasSettled(before, id) !== wasSettled(after, id)) {
      changes.note({ kind: 'assignment', group, member: id })
    }
    areEpochsOthers ||= old === undefined || old.epoch !== now?.epoch || old.stable !== now.stable
  }
  if (areEpochsOthers && (hasEpochs(before) || hasEpochs(after))) changes.note({ kind: 'epochs', group })
  for (const regex of changedRegexes(before, after)) changes.note({ kind: 'regex', group, regex })
  if (before?.settled === after?.settled) return
  for (const id of new Set([...(before?.settled.keys() ?? []), ...(after?.settled.keys() ?? [])])) {
    const [was, is] = [wasSettled(before, id), wasSettled(after, id)]
    if (was && is) continue
    if (was !== is || !isSameHolding(before?.settled.get(id), after?.settled.get(id))) {
      changes.note({ kind: 'assignment', group, member: id })
    }
  }
}

function* changedRegexes(before: Group | null, after: Group | null): Generator<string> {
  if (before?.regexes === after?.regexes) return
  for (const regex of new Set([...(before?.regexes.keys() ?? []), ...(after?.regexes.keys() ?? [])])) {
    if (before?.regexes.get(regex) !== after?.regexes.get(regex)) yield regex
  }
}

/** Members that may differ. */
function touchedIds(before: Group | null, after: Group | null): Iterable<string> {
  const touched = before === null ? null : (after?.members.touchedSince(before.members) ?? null)
  if (touched !== null) return touched
  const ids = new Set<string>()
  for (const group of [before, after]) for (const { id } of group?.members.values() ?? []) ids.add(id)
  return ids
}

/** A deleted group holds nothing, as before. */
function wasSettled(group: Group | null, id: string): boolean {
  return group === null || isSettled(group, id)
}

function isSameRecord(a: Member | undefined, b: Member | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  const [old, now] = [ownRecordOf(a), ownRecordOf(b)]
  return (Object.keys(now) as (keyof typeof now)[]).every(key => isSameValue(old[key], now[key]))
}

function isSameValue(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b))
}

function isSameHeld(a: Member | undefined, b: Member | undefined): boolean {
  if (a === undefined || b === undefined) return isEmpty(a) && isEmpty(b)
  return (
    a.assignedAt === b.assignedAt &&
    sameAssignment(a.assignment, b.assignment) &&
    sameAssignment(a.target, b.target) &&
    sameAssignment(a.pendingRevocation, b.pendingRevocation)
  )
}

function isEmpty(member: Member | undefined): boolean {
  if (member === undefined) return true
  const { assignedAt, assignment, target, pendingRevocation } = member
  return assignedAt < 0 && assignment?.size === 0 && target.size === 0 && pendingRevocation.size === 0
}

function isSameHolding(a: Holding | undefined, b: Holding | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.clientId === b.clientId && a.keyedBy === b.keyedBy && sameAssignment(a.assignment, b.assignment)
}
