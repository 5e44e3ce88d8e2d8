import {
  compareText,
  type Group,
  type GroupDraft,
  type Holding,
  isSuspended,
  keyedBy,
  type Member,
  memberCount,
  membersAmong,
  membersOf,
  noHoldings,
} from '../group/group.ts'
import { compareHoldings, heldBy } from '../group/holdings.ts'
import type { Draft } from './draft.ts'
import { type Moment, sortedMembers } from './members.ts'

/**
 * Rebalance events of a transition, and their marks in `after` (what was settled when). `before` is the group before
 * the transition; `epochBefore` its epoch, or 0 after a migration to a lower epoch.
 */
export function rebalanceDrafts(before: Group | null, after: GroupDraft, epochBefore: number, moment: Moment): Draft[] {
  const drafts: Draft[] = []
  const members = memberCount(after)
  followMembers(before, after)
  // Epochs only grow: the group was deleted and created again, and compaction removed the records of that before they
  // were read.
  if (after.epoch < epochBefore && after.settledEpoch !== null) {
    after.settledEpoch = Math.min(after.settledEpoch, after.epoch)
  }

  const starts = after.type !== 'classic' && after.type !== 'simple' && after.epoch > epochBefore && members > 0
  if (starts) {
    drafts.push({
      type: 'rebalance-started',
      groupType: after.type,
      time: moment.time,
      data: { epochBefore, epochAfter: after.epoch, seenBy: 'record' },
    })
    after.rebalanceStartedAt ??= moment.time
  }
  if (members === 0) {
    // An empty group is settled: no member is left to wait for.
    settle(after)
    return drafts
  }
  if (isComplete(after, epochBefore)) {
    drafts.push(completed(after, members, moment))
    drafts.push(...classicChanges(after, moment))
    settle(after)
  }
  remember(after)
  return drafts
}

function isComplete(group: Group, epochBefore: number): boolean {
  const { type, epoch, settledEpoch, members } = group
  if (type === 'classic') return epoch > epochBefore
  return (settledEpoch === null || epoch > settledEpoch) && isReconciled(group) && members.some(isPresent)
}

/** Every member that is not away is stable at the group's epoch; also for share and streams groups. */
export function isReconciled({ members, epoch }: Group): boolean {
  return !members.some(member => isPresent(member) && !(member.stable && member.epoch === epoch))
}

function isPresent(member: Member): boolean {
  return member.described && !isSuspended(member)
}

function completed(group: Group, members: number, moment: Moment): Draft<'rebalance'> {
  const { type: groupType, settledEpoch: epochBefore, epoch: epochAfter, protocol, leader, rebalanceStartedAt } = group
  const isKnown = epochBefore !== null && rebalanceStartedAt !== null
  return {
    type: 'rebalance',
    groupType,
    time: moment.time,
    data: {
      epochBefore,
      epochAfter,
      protocol,
      leader,
      memberCount: members,
      durationMs: isKnown ? Math.max(0, moment.time - rebalanceStartedAt) : null,
      // The last settled state is unknown, and so are the changes.
      ...(epochBefore === null ? { moved: null, changes: null } : movesOf(group, moment)),
      unreadable: unreadableMembers(group),
    },
  }
}

/** Every member whose partitions differ from when the group was last settled. */
function movesOf(group: Group, moment: Moment): Pick<Draft<'rebalance'>['data'], 'moved' | 'changes'> {
  const now = holdingsOf(group)
  const changes: NonNullable<Draft<'rebalance'>['data']['changes']>[number][] = []
  let moved = 0
  for (const memberId of [...new Set([...group.settled.keys(), ...now.keys()])].sort(compareText)) {
    const before = group.settled.get(memberId)
    const after = now.get(memberId)
    const { gained, lost, gainedCount } = compareHoldings(before, after, moment.names)
    if (gained.length === 0 && lost.length === 0) continue
    moved += gainedCount
    changes.push({ memberId, clientId: (after ?? before)?.clientId ?? '', gained, lost })
  }
  return { moved, changes }
}

/** Protocol types other than `consumer` have formats of their own: their members are not unreadable. */
function unreadableMembers(group: Group): string[] {
  if (group.protocolType !== 'consumer') return []
  return sortedMembers(group).flatMap(({ id, assignment }) => (assignment === null ? [id] : []))
}

/** Classic groups: compares with the last generation that had members. */
function classicChanges(group: Group, moment: Moment): Draft[] {
  const drafts: Draft[] = []
  const { type: groupType, protocol, leader, lastProtocol, lastLeader } = group
  if (protocol !== null && lastProtocol !== null && protocol !== lastProtocol) {
    drafts.push({ type: 'assignor-changed', groupType, time: moment.time, data: { from: lastProtocol, to: protocol } })
  }
  if (leader !== null && lastLeader !== null && leader !== lastLeader) {
    drafts.push({ type: 'leader-changed', groupType, time: moment.time, data: { from: lastLeader, to: leader } })
  }
  return drafts
}

/** The last rebalance completed, or no member is left to wait for. */
export function settle(group: Settling): void {
  group.settledEpoch = group.epoch
  group.rebalanceStartedAt = null
  group.settled = memberCount(group) === 0 ? noHoldings : holdingsOf(group)
}

/** Protocol and leader are kept over generations without members, in which both are null. */
function remember(group: GroupDraft): void {
  group.lastProtocol = group.protocol ?? group.lastProtocol
  group.lastLeader = group.leader ?? group.lastLeader
}

type Settling = Omit<Group, Settled> & { -readonly [K in Settled]: Group[K] }
type Settled = 'settledEpoch' | 'settled' | 'rebalanceStartedAt'

/** What the members of a group hold, by member id. */
function holdingsOf(group: Group): Map<string, Holding> {
  const holdings = new Map<string, Holding>()
  for (const member of membersOf(group)) {
    holdings.set(member.id, {
      clientId: member.clientId,
      keyedBy: keyedBy(group.type),
      assignment: heldBy(member),
    })
  }
  return holdings
}

/**
 * Carries the settled state along with the members. A static member that returned with a new id took over its
 * predecessor's partitions, so nothing moved; a member is shown with its current client id.
 */
function followMembers(before: Group | null, after: GroupDraft): void {
  if (before === null) return
  let followed: Map<string, Holding> | null = null
  const change = () => (followed ??= new Map(after.settled))
  for (const [from, to] of successors(before, after)) {
    const holding = after.settled.get(from)
    if (holding !== undefined) change().set(to, holding).delete(from)
    if (after.lastLeader === from) after.lastLeader = to
  }
  for (const { id, clientId } of touchedMembers(before, after)) {
    const holding = (followed ?? after.settled).get(id)
    if (holding !== undefined && holding.clientId !== clientId) change().set(id, { ...holding, clientId })
  }
  after.settled = followed ?? after.settled
}

/** The members after a transition that can differ from before. */
function touchedMembers(before: Group, after: Group): Member[] {
  const touched = after.members.touchedSince(before.members)
  return touched === null ? membersOf(after) : membersAmong(after, touched)
}

/** Member ids that left, and the ids under which their instances returned. */
function* successors(before: Group, after: Group): Generator<readonly [string, string]> {
  const newcomers = new Map<string, string>()
  for (const { id, instanceId } of touchedMembers(before, after)) {
    if (instanceId !== null && !before.members.has(id)) newcomers.set(instanceId, id)
  }
  if (newcomers.size === 0) return
  for (const { id, instanceId } of membersOf(before)) {
    const newcomer = instanceId === null ? undefined : newcomers.get(instanceId)
    if (newcomer !== undefined) yield [id, newcomer]
  }
}
