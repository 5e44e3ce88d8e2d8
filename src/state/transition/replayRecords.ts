import { draftOf, type Group, type GroupDraft, newGroup, type Placed } from '../group/group.ts'
import { goesOn } from '../group/migration.ts'
import { type Standing, standingOf } from '../group/standing.ts'
import { applyRecord, type GroupRecord, isGroupMetadata, isGroupTombstone } from '../records/applyRecord.ts'
import type { Moment } from './members.ts'
import type { CommitChange, Recreation } from './offsets.ts'

/** All records of one group in one record batch, or what one COMMIT marker makes count for one group. */
export interface Transition extends Moment {
  readonly group: string
  /** What came before it may be gone. */
  readonly isHistory: boolean
  /** Records about the group itself, in log order. */
  readonly records: readonly PlacedRecord[]
  /** Net changes of its committed offsets, in record order. */
  readonly commits: readonly CommitChange[]
  readonly recreations: readonly Recreation[]
  /** False: nobody is told of a commit that means nothing else. */
  readonly everyCommit: boolean
  /** The group has committed offsets. */
  readonly hasOffsets: boolean
}

export interface PlacedRecord {
  readonly record: GroupRecord
  readonly at: Placed
}

export interface Replayed {
  readonly after: GroupDraft | null
  /** `after` was made by a record of the transition: it is not what was there before, changed. */
  readonly isNew: boolean
  /** The changes that are left. */
  readonly commits: readonly CommitChange[]
  /** How the group stood when each of them was made. */
  readonly standings: readonly Standing[]
  /** Offsets committed, or claimed by open transactions, at log positions below this went with the group; -1: none. */
  readonly forgottenBelow: number
}

/**
 * Takes a group through the records of its transition, and its commits with them: the coordinator puts several
 * operations into one batch, so that a member's last commit and its leave can be in one, and what a commit means depends
 * on whether the group had members when it was made.
 */
export function replayRecords(before: Group | null, { group, records, commits }: Transition): Replayed {
  const known = before === null ? null : draftOf(before)
  let after = known
  let standing = standingOf(after)
  let endedAt = -1
  /** A group whose tombstone was the last to come: whether it ended, or becomes another kind, the next record says. */
  let closing: { readonly group: Group; readonly position: number } | null = null
  const close = (successor: Group | null) => {
    if (closing !== null && (successor === null || !goesOn(closing.group, successor))) endedAt = closing.position
    closing = null
  }
  let next = 0
  const applyUntil = (end: number) => {
    const from = next
    for (; next < records.length && (records[next] as PlacedRecord).at.offset < end; next++) {
      const { record, at } = records[next] as PlacedRecord
      const { offset: position } = at
      const was = after
      after = applyRecord(after, record, group)
      if (after !== null && isGroupMetadata(record)) after.metadataAt = at
      if (after !== null) close(after)
      else if (was !== null && isGroupTombstone(record)) closing = { group: was, position }
      else if (isGroupTombstone(record)) endedAt = position
      if (endedAt < 0 && isOther(before, after)) endedAt = position
    }
    if (next > from) standing = standingOf(after)
  }
  const standings: Standing[] = []
  for (const { position, wasCommitted } of commits) {
    applyUntil(position)
    if (after === null && wasCommitted) {
      close(null)
      after = newGroup(group, 'simple')
      standing = 'simple'
    }
    standings.push(standing)
  }
  applyUntil(Number.POSITIVE_INFINITY)
  close(null)
  // A group that only became another kind keeps its offsets (KIP-848), as one does that is made again by its own records.
  const forgottenBelow = isOther(before, after) || after === null || after.type === 'simple' ? endedAt : -1
  const replayed = { after, isNew: after !== known, commits, standings, forgottenBelow }
  return forgottenBelow < 0 ? replayed : { ...replayed, ...withoutForgotten(replayed) }
}

/** One group went and another of its name came. */
function isOther(before: Group | null, after: Group | null): boolean {
  return before !== null && after !== null && !goesOn(before, after)
}

/** A commit before the group's end went with it; one after it is the first of another group. */
function withoutForgotten({ commits, standings, forgottenBelow }: Replayed): Pick<Replayed, 'commits' | 'standings'> {
  const left = commits.flatMap((commit, at) => {
    const standing = standings[at] as Standing
    if (commit.after === null) return [{ commit, standing }]
    return commit.position < forgottenBelow ? [] : [{ commit: { ...commit, before: null }, standing }]
  })
  return { commits: left.map(({ commit }) => commit), standings: left.map(({ standing }) => standing) }
}
