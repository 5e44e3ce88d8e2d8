import { type Group, type GroupDraft, memberCount } from '../group/group.ts'
import { goesOn, isMigration } from '../group/migration.ts'
import { standingOf } from '../group/standing.ts'
import { type Draft, inOrder } from './draft.ts'
import { describe, memberDrafts, sortedMembers } from './members.ts'
import { movedPartitions } from './movedPartitions.ts'
import { type CommitChange, describeOffsets, type Moved, type OffsetTransition } from './offsets.ts'
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
  /** The commits that are `offset-reset`. */
  readonly resets: readonly CommitChange[]
  /** Which partitions changed their owner; null: none, or nobody asked. */
  readonly moved: Moved | null
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
  const offsets = { time, names, commits, standings, recreations, isDeleted: after === null, everyCommit, moved: null }
  if (isOther) {
    const [gone, come] = splitOffsets(offsets)
    const ended = inOrder([
      deleted(before, transition),
      ...memberDrafts(before, null, transition),
      ...describeOffsets(before, null, gone).drafts,
    ])
    const begun = inOrder([
      created(after, transition),
      ...memberDrafts(null, after, transition),
      ...rebalanceDrafts(null, after, 0, transition),
      ...describeOffsets(null, after, come).drafts,
    ])
    const drafts = [...ended, ...begun]
    return { after, drafts, ofEnded: ended.length, forgottenBelow, resets: [], moved: null }
  }
  const drafts: Draft[] = []
  drafts.push(...lifeDrafts(before, after, transition), ...memberDrafts(before, after, transition))
  if (after !== null) drafts.push(...rebalanceDrafts(before, after, countsAnew ? 0 : before.epoch, transition))
  const moved = movedIn(before, after, transition, drafts)
  const described = describeOffsets(before, after, {
    ...offsets,
    moved,
    ...(forgottenBelow < 0 ? {} : { recreations: [] }),
  })
  drafts.push(...described.drafts)
  return { after, drafts: inOrder(drafts), ofEnded: 0, forgottenBelow, resets: described.resets, moved }
}

/** Of use where offsets are committed; at the end of history, owners are found from the state (afterHistory.ts). */
function movedIn(
  before: Group | null,
  after: Group | null,
  { records, hasOffsets, isHistory, names }: Transition,
  drafts: readonly Draft[],
): Moved | null {
  const position = records.at(-1)?.at.offset
  if (position === undefined || after === null || isHistory || !hasOffsets) return null
  const partitions = movedPartitions(before, after, names)
  if (partitions !== null) return partitions.size === 0 ? null : { partitions, position }
  return drafts.some(({ type }) => type === 'rebalance') ? { partitions: 'all', position } : null
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
  const { drafts, resets } = describeOffsets(group, group, { ...transition, standings, isDeleted: false, moved: null })
  return { after: group, drafts: inOrder(drafts), ofEnded: 0, forgottenBelow: -1, resets, moved: null }
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
