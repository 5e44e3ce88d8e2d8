import type { GroupType } from '../../events/envelope.ts'
import { type Group, type GroupDraft, memberCount } from '../group/group.ts'
import { type Standing, standingOf } from '../group/standing.ts'
import { type Draft, inOrder } from './draft.ts'
import { describe, memberDrafts, sortedMembers } from './members.ts'
import { movedPartitions } from './movedPartitions.ts'
import { type CommitChange, describeOffsets, type Moved, type OffsetTransition } from './offsets.ts'
import { rebalanceDrafts } from './rebalances.ts'
import { type Replayed, replayRecords, type Transition } from './replayRecords.ts'

export interface Reduced {
  readonly after: Group | null
  /** In the order of the contract. */
  readonly drafts: readonly Draft[]
  /** Number of drafts of `before`, where it ended and another group of its name began; else 0. */
  readonly ofEnded: number
  /** The previous group ended. */
  readonly isEnded: boolean
  /** The commits that are `offset-reset`. */
  readonly resets: readonly CommitChange[]
  /** Partitions that were reassigned; null: none, or not requested. */
  readonly moved: Moved | null
}

/**
 * One transition of one group: the state afterwards, and its meaning. Pure: the same arguments give the same result,
 * and `before` is not changed. All records are accepted; those without a meaning change nothing.
 */
export function reduceGroup(before: Group | null, transition: Transition): Reduced {
  if (before !== null && transition.records.length === 0) return onlyCommits(before, transition)
  const replayed = replayRecords(before, transition)
  const { after, standings, isEnded } = replayed
  const { recreations, time, names, commits, everyCommit } = transition
  const offsets = { time, names, commits, standings, everyCommit, isDeleted: after === null, moved: null }
  if (before !== null && after !== null && isEnded) {
    const [gone, come] = splitOffsets(offsets)
    const ended = inOrder([
      ...memberDrafts(before, null, transition),
      ...describeOffsets(before, null, gone).drafts,
      deleted(before, gone),
    ])
    const begun = inOrder([
      created(after, transition),
      ...memberDrafts(null, after, transition),
      ...rebalanceDrafts(null, after, 0, transition),
      ...describeOffsets(null, after, come).drafts,
    ])
    return { after, drafts: [...ended, ...begun], ofEnded: ended.length, isEnded, resets: [], moved: null }
  }
  const drafts: Draft[] = []
  if (after === null) {
    if (before !== null) drafts.push(...memberDrafts(before, null, transition), deleted(before, transition))
  } else {
    const epochBefore = epochBeforeOf(before, replayed)
    if (before !== null && replayed.isNew) carryOver(before, after, after.epoch >= before.epoch)
    drafts.push(...(before === null ? [created(after, transition)] : lifeDrafts(before, replayed, transition)))
    drafts.push(...memberDrafts(before, after, transition))
    drafts.push(...rebalanceDrafts(before, after, epochBefore, transition))
  }
  const moved = movedIn(before, after, transition, drafts)
  const described = describeOffsets(before, after, { ...offsets, moved, recreations: isEnded ? [] : recreations })
  drafts.push(...described.drafts)
  return { after, drafts: inOrder(drafts), ofEnded: 0, isEnded, resets: described.resets, moved }
}

/** Needed only where offsets are committed. */
function movedIn(
  before: Group | null,
  after: Group | null,
  { records, offsets, names }: Transition,
  drafts: readonly Draft[],
): Moved | null {
  const position = records.at(-1)?.at.offset
  if (position === undefined || after === null || offsets === 0) return null
  const partitions = movedPartitions(before, after, names)
  if (partitions !== null) return partitions.size === 0 ? null : { partitions, position }
  return drafts.some(({ type }) => type === 'rebalance') ? { partitions: 'all', position } : null
}

/**
 * The offsets of a group that ended, and the commits of another group of its name after that: a key that was deleted
 * and committed again is in both.
 */
function splitOffsets(offsets: Omit<OffsetTransition, 'recreations'>): readonly [OffsetTransition, OffsetTransition] {
  const gone: CommitChange[] = []
  const come: CommitChange[] = []
  const standings: Standing[] = []
  for (const [at, commit] of offsets.commits.entries()) {
    if (commit.before !== null) gone.push({ ...commit, after: null })
    if (commit.after === null) continue
    come.push({ ...commit, before: null })
    standings.push(offsets.standings[at] as Standing)
  }
  return [
    { ...offsets, recreations: [], commits: gone, isDeleted: true },
    { ...offsets, recreations: [], commits: come, standings },
  ]
}

/** The group itself is unchanged and the same object: the cost is the same for any number of members. */
function onlyCommits(group: Group, transition: Transition): Reduced {
  const standing = standingOf(group)
  const standings = transition.commits.map(() => standing)
  const { drafts, resets } = describeOffsets(group, group, { ...transition, standings, isDeleted: false, moved: null })
  return { after: group, drafts: inOrder(drafts), ofEnded: 0, isEnded: false, resets, moved: null }
}

/** After a migration to a lower epoch, epochs count from 0. */
function epochBeforeOf(before: Group | null, { after, isNew }: Replayed): number {
  if (before === null || after === null) return 0
  return isNew && after.epoch < before.epoch ? 0 : before.epoch
}

/** A group that is recreated within its transition, above all by migration, keeps its history. */
function carryOver(before: Group, after: GroupDraft, countsOn: boolean): void {
  // The rest is a group that never had members: its kind ended.
  if (after.type === 'simple') return
  after.emptiedAt = before.emptiedAt
  if (!countsOn) return
  after.settledEpoch = before.settledEpoch
  after.settled = before.settled
  after.rebalanceStartedAt = after.type === 'classic' ? null : before.rebalanceStartedAt
  if (after.type !== before.type) return
  after.lastProtocol = before.lastProtocol
  after.lastLeader = before.lastLeader
}

function lifeDrafts(before: Group, { after, isMigrated }: Replayed, { time }: Transition): Draft[] {
  if (after === null) return []
  const groupType = after.type
  const drafts: Draft[] = []
  if (isMigrated && before.type !== after.type && before.type !== 'simple' && after.type !== 'simple') {
    const data = { from: before.type, to: after.type, epoch: after.epoch }
    drafts.push({ type: 'group-migrated', groupType, time, data })
  }
  const membersBefore = memberCount(before)
  const membersAfter = memberCount(after)
  if (membersBefore > 0 && membersAfter === 0) {
    const lastMembers = sortedMembers(before).map(describe)
    drafts.push({ type: 'group-emptied', groupType, time, data: { lastMembers, epoch: after.epoch } })
    after.emptiedAt = after.type === 'simple' ? null : time
  } else if (membersBefore === 0 && membersAfter > 0) {
    if (before.emptiedAt !== null) drafts.push(revived(before.emptiedAt, groupType, time))
    after.emptiedAt = null
  }
  return drafts
}

function revived(emptiedAt: number | 'unknown', groupType: GroupType, time: number): Draft {
  const emptyForMs = emptiedAt === 'unknown' ? null : Math.max(0, time - emptiedAt)
  return { type: 'group-revived', groupType, time, data: { emptyForMs } }
}

function created({ type: groupType, protocolType }: Group, { time }: Transition): Draft {
  return { type: 'group-created', groupType, time, data: { protocolType } }
}

function deleted(
  { type: groupType, epoch: lastEpoch }: Group,
  { time, commits }: Pick<Transition, 'time' | 'commits'>,
): Draft {
  const offsetsDeleted = commits.filter(commit => commit.before !== null && commit.after === null).length
  return { type: 'group-deleted', groupType, time, data: { lastEpoch, offsetsDeleted } }
}
