import { applyRecord, type GroupRecord } from './applyRecord.ts'
import { type Draft, inOrder } from './draft.ts'
import { draftOf, type Group, type GroupDraft, memberCount, newGroup } from './group.ts'
import { describe, type Moment, memberDrafts, sortedMembers } from './members/diff.ts'
import { type CommitChange, offsetDrafts, type Recreation } from './offsets/describe.ts'
import { rebalanceDrafts } from './rebalances/settle.ts'

/** All records of one group in one record batch, or what one COMMIT marker makes count for one group. */
export interface Transition extends Moment {
  readonly group: string
  /** Records about the group itself, in log order. */
  readonly records: readonly GroupRecord[]
  /** Net changes of its committed offsets, in record order. */
  readonly commits: readonly CommitChange[]
  readonly recreations: readonly Recreation[]
}

export interface Reduced {
  readonly after: Group | null
  /** In the order of the contract. */
  readonly drafts: readonly Draft[]
}

/**
 * One transition of one group: the state after it, and what it means. Pure: the same arguments give the same result,
 * and `before` is left as it was. Any records at all are accepted; those that mean nothing change nothing.
 */
export function reduceGroup(before: Group | null, transition: Transition): Reduced {
  let after: GroupDraft | null = before === null ? null : draftOf(before)
  for (const record of transition.records) after = applyRecord(after, record, transition.group)
  if (after === null && before === null && transition.commits.some(commit => commit.after !== null)) {
    after = newGroup(transition.group, 'simple')
  }
  if (before !== null && after !== null) carryOver(before, after)

  const drafts: Draft[] = []
  drafts.push(...lifeDrafts(before, after, transition))
  drafts.push(...memberDrafts(before, after, transition))
  if (after !== null) drafts.push(...rebalanceDrafts(before, after, epochBefore(before, after), transition))
  drafts.push(...offsetDrafts(before, after, transition))
  return { after, drafts: inOrder(drafts) }
}

/** The kind of group changed between classic and consumer: the same group goes on (KIP-848). */
function isMigration(before: Group, after: Group): boolean {
  return (
    (before.type === 'classic' && after.type === 'consumer') || (before.type === 'consumer' && after.type === 'classic')
  )
}

/** A group that was made anew within its transition, by migration above all, keeps its history. */
function carryOver(before: Group, after: GroupDraft): void {
  if (after.type === before.type) return
  after.emptiedAt = before.emptiedAt
  if (after.epoch < before.epoch || !isMigration(before, after)) return
  after.settledEpoch = before.settledEpoch
  after.settled = before.settled
  after.rebalanceStartedAt = after.type === 'classic' ? null : before.rebalanceStartedAt
}

function epochBefore(before: Group | null, after: Group): number {
  if (before === null) return 0
  if (before.type === after.type) return before.epoch
  return isMigration(before, after) && after.epoch >= before.epoch ? before.epoch : 0
}

function lifeDrafts(before: Group | null, after: GroupDraft | null, transition: Transition): Draft[] {
  const { time } = transition
  if (after === null) {
    if (before === null) return []
    const offsetsDeleted = transition.commits.filter(commit => commit.before !== null && commit.after === null).length
    return [{ type: 'group-deleted', groupType: before.type, time, data: { lastEpoch: before.epoch, offsetsDeleted } }]
  }
  const groupType = after.type
  if (before === null) return [{ type: 'group-created', groupType, time, data: { protocolType: after.protocolType } }]

  const drafts: Draft[] = []
  if (isMigration(before, after)) {
    drafts.push({
      type: 'group-migrated',
      groupType,
      time,
      data: { from: before.type, to: after.type, epoch: after.epoch },
    })
  } else if (before.type !== after.type && before.type !== 'simple') {
    // No such migration exists: one group went and another of its name came, in one batch.
    drafts.push({ type: 'group-created', groupType, time, data: { protocolType: after.protocolType } })
    drafts.push({
      type: 'group-deleted',
      groupType: before.type,
      time,
      data: { lastEpoch: before.epoch, offsetsDeleted: 0 },
    })
  }
  const membersBefore = memberCount(before)
  const membersAfter = memberCount(after)
  if (membersBefore > 0 && membersAfter === 0) {
    const lastMembers = sortedMembers(before).map(describe)
    drafts.push({ type: 'group-emptied', groupType, time, data: { lastMembers, epoch: after.epoch } })
    after.emptiedAt = time
  } else if (membersBefore === 0 && membersAfter > 0) {
    if (before.emptiedAt !== null) {
      const emptyForMs = Math.max(0, time - before.emptiedAt)
      drafts.push({ type: 'group-revived', groupType, time, data: { emptyForMs } })
    }
    after.emptiedAt = null
  }
  return drafts
}
