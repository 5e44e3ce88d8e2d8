import type { Int64 } from '../../events/envelope.ts'
import { compareText, type Group } from '../group/group.ts'
import type { Standing } from '../group/standing.ts'
import { meaningOf, standingFor } from '../offsets/meaningOf.ts'
import type { Draft } from './draft.ts'
import type { Moment } from './members.ts'
import type { MovedPartitions } from './movedPartitions.ts'

/** The net effect of one transition on one committed offset. */
export interface CommitChange {
  /** Its row in the table of offsets. */
  readonly row: number
  readonly topic: string
  readonly partition: number
  /** Null: unknown. */
  readonly before: Int64 | null
  /** Null: deleted. */
  readonly after: Int64 | null
  /** There was a commit, even if it is deleted again. */
  readonly wasCommitted: boolean
  /** Log position of its first tombstone, even if it is committed again; -1: there was none. */
  readonly deletedAt: number
  /** Log position of its last record, or of the marker of its transaction. */
  readonly position: number
  readonly transactional: boolean
  /** A plain commit's commitTimestamp; the record timestamp of a marker or tombstone. */
  readonly time: number
  readonly metadata: string
  readonly leaderEpoch: number | null
  /** The partition was reassigned between the previous commit and this transition. */
  readonly changedOwner: boolean
  /** While the group has no members, the partition is treated like one of a simple group. */
  readonly isJudgedSimple: boolean
}

/** A topic's id differs from the one last known in the group. */
export interface Recreation {
  readonly topic: string
  /** The first partition seen with the new id. */
  readonly partition: number
  readonly from: string
  readonly to: string
}

export interface OffsetTransition extends Moment {
  readonly commits: readonly CommitChange[]
  /** The status of the group at each commit. */
  readonly standings: readonly Standing[]
  /** The group ended in this transition. */
  readonly isDeleted: boolean
  /** False: a commit without another meaning has no event. */
  readonly everyCommit: boolean
  readonly recreations: readonly Recreation[]
  /** Partitions that were reassigned in this transition; null: none. */
  readonly moved: Moved | null
}

/** Reassigned partitions, with the position of the last record about the group in the transition. */
export interface Moved {
  /** `all`: a rebalance completed, and the records do not show owners. */
  readonly partitions: MovedPartitions | 'all'
  readonly position: number
}

export interface DescribedOffsets {
  readonly drafts: Draft[]
  /** The commits that are `offset-reset`. */
  readonly resets: CommitChange[]
}

/**
 * Placeholder for a suppressed `offset-committed`. It still takes an ordinal, so that event ids do not depend on the
 * filter.
 */
export const untold: Draft<'offset-committed'> = {
  type: 'offset-committed',
  groupType: 'simple',
  time: 0,
  data: { topic: '', partition: 0, offset: 0, previous: null, metadata: '', leaderEpoch: null, transactional: false },
}

/** The meaning of the changes of committed offsets, given the group they belong to. */
export function describeOffsets(
  before: Group | null,
  after: Group | null,
  transition: OffsetTransition,
): DescribedOffsets {
  const group = after ?? before
  if (group === null) return { drafts: [], resets: [] }
  const groupType = group.type
  const drafts: Draft[] = []
  const resets: CommitChange[] = []
  for (let at = 0; at < transition.commits.length; at++) {
    const commit = transition.commits[at] as CommitChange
    const { topic, partition, before: from, after: to, time } = commit
    if (to === null) {
      if (from === null) continue
      const cause = transition.isDeleted ? 'group-deleted' : 'unknown'
      drafts.push({ type: 'offset-deleted', groupType, time, data: { topic, partition, lastOffset: from, cause } })
      continue
    }
    if (after === null) continue
    const { metadata, leaderEpoch, transactional } = commit
    if (transition.everyCommit) {
      const data = { topic, partition, offset: to, previous: from, metadata, leaderEpoch, transactional }
      drafts.push({ type: 'offset-committed', groupType, time, data })
    } else drafts.push(untold)
    if (from === null || from === to) continue
    const isLower = to < from
    const meaning = meaningOf(standingFor(transition.standings[at] as Standing, commit.isJudgedSimple), isLower)
    if (meaning === 'rewound') {
      // Consumers overlap where a partition is reassigned: the new owner starts below the last commit of the old one.
      const severity = commit.changedOwner || isMovedBefore(commit, transition.moved) ? 'info' : 'warn'
      drafts.push({ type: 'offset-rewound', severity, groupType, time, data: { topic, partition, from, to } })
    } else if (meaning === 'reset' && !transactional) {
      const direction = isLower ? 'backward' : 'forward'
      drafts.push({ type: 'offset-reset', groupType, time, data: { topic, partition, from, to, direction } })
      resets.push(commit)
    }
  }
  if (after === null) return { drafts, resets }
  const recreations = transition.recreations.toSorted((a, b) => compareText(a.topic, b.topic))
  for (const { topic, partition, from, to } of recreations) {
    drafts.push({ type: 'topic-recreated', groupType, time: transition.time, data: { topic, partition, from, to } })
  }
  return { drafts, resets }
}

function isMovedBefore({ topic, partition, position }: CommitChange, moved: Moved | null): boolean {
  if (moved === null || moved.position > position) return false
  return moved.partitions === 'all' || moved.partitions.get(topic)?.has(partition) === true
}
