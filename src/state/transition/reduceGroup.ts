import { type Group, type GroupDraft, memberCount } from '../group/group.ts'
import { goesOn, isMigration } from '../group/migration.ts'
import { standingOf } from '../group/standing.ts'
import { type Draft, inOrder } from './draft.ts'
import { describe, memberDrafts, sortedMembers } from './members.ts'
import { type OffsetTransition, offsetDrafts } from './offsets.ts'
import { rebalanceDrafts } from './rebalances.ts'
import { replayRecords, type Transition } from './replayRecords.ts'

export interface Reduced {
  readonly after: Group | null
  /** In the order of the contract. */
  readonly drafts: readonly Draft[]
  /** How many of them are of `before`, where it ended and another group of its name began; else 0. */
  readonly ofEnded: number
  /** Offsets committed, or claimed by open transactions, at log positions below this went with the group; -1: none. */
  readonly forgottenBelow: number
}

/**
 * One transition of one group: the state after it, and what it means. Pure: the same arguments give the same result,
 * and `before` is left as it was. Any records at all are accepted; those that mean nothing change nothing.
 */
export function reduceGroup(before: Group | null, transition: Transition): Reduced {
  if (before !== null && transition.records.length === 0) return onlyCommits(before, transition)
  const { after, isNew, commits, standings, forgottenBelow } = replayRecords(before, transition)
  const isOther = before !== null && after !== null && (forgottenBelow >= 0 || !goesOn(before, after))
  const countsAnew = before === null || isOther || (isNew && after !== null && after.epoch < before.epoch)
  if (before !== null && after !== null && isNew && !isOther) carryOver(before, after, countsAnew)

  const { recreations, time, names, everyCommit } = transition
  const offsets = { time, names, commits, standings, recreations, isDeleted: after === null, everyCommit }
  if (isOther) {
    const [gone, come] = splitOffsets(offsets)
    const ended = inOrder([
      deleted(before, transition),
      ...memberDrafts(before, null, transition),
      ...offsetDrafts(before, null, gone),
    ])
    const begun = inOrder([
      created(after, transition),
      ...memberDrafts(null, after, transition),
      ...rebalanceDrafts(null, after, 0, transition),
      ...offsetDrafts(null, after, come),
    ])
    return { after, drafts: [...ended, ...begun], ofEnded: ended.length, forgottenBelow }
  }
  const drafts: Draft[] = []
  drafts.push(...lifeDrafts(before, after, transition), ...memberDrafts(before, after, transition))
  if (after !== null) drafts.push(...rebalanceDrafts(before, after, countsAnew ? 0 : before.epoch, transition))
  drafts.push(...offsetDrafts(before, after, forgottenBelow < 0 ? offsets : { ...offsets, recreations: [] }))
  return { after, drafts: inOrder(drafts), ofEnded: 0, forgottenBelow }
}

/** What became of the offsets of a group that ended, and what another of its name committed after that. */
function splitOffsets(offsets: OffsetTransition): readonly [gone: OffsetTransition, come: OffsetTransition] {
  const isCommitted = (at: number) => offsets.commits[at]?.after !== null
  const only = (wanted: boolean) => ({
    ...offsets,
    recreations: [],
    commits: offsets.commits.filter((_, at) => isCommitted(at) === wanted),
    standings: offsets.standings.filter((_, at) => isCommitted(at) === wanted),
  })
  return [{ ...only(false), isDeleted: true }, only(true)]
}

/** The group itself stays what it is, and is the same object: that costs the same for any number of members. */
function onlyCommits(group: Group, transition: Transition): Reduced {
  const standing = standingOf(group)
  const standings = transition.commits.map(() => standing)
  const drafts = offsetDrafts(group, group, { ...transition, standings, isDeleted: false })
  return { after: group, drafts: inOrder(drafts), ofEnded: 0, forgottenBelow: -1 }
}

/** A group that was made anew within its transition, by migration above all, keeps its history. */
function carryOver(before: Group, after: GroupDraft, countsAnew: boolean): void {
  after.emptiedAt = before.emptiedAt
  if (countsAnew) return
  after.settledEpoch = before.settledEpoch
  after.settled = before.settled
  after.rebalanceStartedAt = after.type === 'classic' ? null : before.rebalanceStartedAt
  if (after.type !== before.type) return
  after.lastProtocol = before.lastProtocol
  after.lastLeader = before.lastLeader
}

function lifeDrafts(before: Group | null, after: GroupDraft | null, transition: Transition): Draft[] {
  if (before === null) {
    if (after === null) return []
    // Compaction took the rest: a group that has an epoch had members once.
    if (transition.isHistory && after.epoch > 0 && memberCount(after) === 0) after.emptiedAt = transition.time
    return [created(after, transition)]
  }
  if (after === null) return [deleted(before, transition)]

  const { time } = transition
  const groupType = after.type
  const drafts: Draft[] = []
  if (isMigration(before, after)) {
    const data = { from: before.type, to: after.type, epoch: after.epoch }
    drafts.push({ type: 'group-migrated', groupType, time, data })
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

function created({ type: groupType, protocolType }: Group, { time }: Transition): Draft {
  return { type: 'group-created', groupType, time, data: { protocolType } }
}

function deleted({ type: groupType, epoch: lastEpoch }: Group, { time, commits }: Transition): Draft {
  const offsetsDeleted = commits.filter(commit => commit.before !== null && commit.after === null).length
  return { type: 'group-deleted', groupType, time, data: { lastEpoch, offsetsDeleted } }
}
