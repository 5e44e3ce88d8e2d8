import { draftOf, type Group, type GroupDraft, newGroup, type Placed } from '../group/group.ts'
import { canBecome } from '../group/migration.ts'
import { type Standing, standingOf } from '../group/standing.ts'
import { applyRecord, type GroupRecord, isMetadata } from '../records/applyRecord.ts'
import { setMember } from '../records/edit.ts'
import type { Moment } from './members.ts'
import type { CommitChange, Recreation } from './offsets.ts'

/** All records of one group in one record batch, or what one COMMIT marker makes count for one group. */
export interface Transition extends Moment {
  readonly group: string
  /** What it means is of no interest; more of it is kept, for the end of history. */
  readonly isHistory: boolean
  /** Records about the group itself, in log order. */
  readonly records: readonly PlacedRecord[]
  /** Net changes of its committed offsets, in record order. */
  readonly commits: readonly CommitChange[]
  /** How many offsets the group has after it. */
  readonly offsets: number
  readonly recreations: readonly Recreation[]
  /** False: nobody is told of a commit that means nothing else. */
  readonly everyCommit: boolean
}

export interface PlacedRecord {
  readonly record: GroupRecord
  readonly at: Placed
}

export interface Replayed {
  readonly after: GroupDraft | null
  /** `after` was made by a record of the transition: it is not what was there before, changed. */
  readonly isNew: boolean
  /** A group that changed its kind did so by what Kafka calls a migration. */
  readonly isMigrated: boolean
  /** How the group stood when each of the commits was made. */
  readonly standings: readonly Standing[]
  /** The group that was there ended. */
  readonly isEnded: boolean
}

/**
 * Takes a group through the records of its transition, and its commits with them: the coordinator puts several
 * operations into one batch, so that a member's last commit and its leave can be in one, and what a commit means depends
 * on whether the group had members when it was made.
 */
export function replayRecords(before: Group | null, transition: Transition): Replayed {
  const life = new Life(before, transition)
  const { records, commits } = transition
  const standings: Standing[] = []
  let next = 0
  let standing = standingOf(life.group)
  const applyUntil = (end: number) => {
    const from = next
    for (; next < records.length && (records[next] as PlacedRecord).at.offset < end; next++) {
      life.apply(records[next] as PlacedRecord)
    }
    if (next > from) standing = standingOf(life.group)
  }
  for (const { position, wasCommitted } of commits) {
    applyUntil(position)
    if (life.group === null && wasCommitted) {
      life.commit(position)
      standing = 'simple'
    }
    standings.push(standing)
  }
  applyUntil(Number.POSITIVE_INFINITY)
  return { ...life.end(), standings }
}

/** A group on its way through its transition. */
class Life {
  group: GroupDraft | null
  readonly #known: GroupDraft | null
  readonly #transition: Transition
  #isMigrated = false
  #isEnded = false
  /** The group whose tombstone came, as long as nothing followed: what comes next tells whether it ended. */
  #tombstoneOf: GroupDraft | null = null

  constructor(before: Group | null, transition: Transition) {
    this.#known = before === null ? null : draftOf(before)
    this.group = this.#known
    this.#transition = transition
  }

  apply({ record, at }: PlacedRecord): void {
    const was = this.group
    const next = applyRecord(was, record, this.#transition.group)
    if (next === null) {
      if (was !== null) this.#tombstoneOf = was
      this.group = null
      return
    }
    if (next !== was) this.#become(this.#tombstoneOf ?? was, next, at.offset)
    this.group = next
    if (record.value !== null && isMetadata(record)) next.metadataAt = at
    if (this.#transition.isHistory) noteAssigned(next, record, at)
  }

  /** A commit makes a group of which there is none. */
  commit(position: number): void {
    this.#goOnAsSimple(position)
    this.group ??= newGroup(this.#transition.group, 'simple')
  }

  end(): Omit<Replayed, 'standings'> {
    this.#goOnAsSimple(Number.POSITIVE_INFINITY)
    const { group } = this
    return { after: group, isNew: group !== this.#known, isMigrated: this.#isMigrated, isEnded: this.#isEnded }
  }

  /**
   * After its tombstone, and without records of a kind. Kafka deletes a group's offsets in the same batch as the group.
   * Where one is still there, the tombstone is what compaction left of a migration: that kind of group ended, and the
   * group goes on with its offsets. Else it ended.
   */
  #goOnAsSimple(position: number): void {
    const of = this.#tombstoneOf
    if (of === null) return
    this.#tombstoneOf = null
    if (this.#offsetsAt(position) === 0) this.#isEnded = true
    else this.group = of.type === 'simple' ? of : newGroup(of.name, 'simple')
  }

  /** A record with a value made a group: is it the one that was there? */
  #become(from: Group | null, to: Group, at: number): void {
    this.#tombstoneOf = null
    if (from === null) return
    const isSuccessor = from.type === to.type || (canBecome(from, to) && !this.#losesOffsets(at))
    const goesOn = isSuccessor || this.#offsetsAt(at) > 0
    if (!goesOn) this.#isEnded = true
    this.#isMigrated = goesOn && canBecome(from, to)
  }

  /** How many offsets the group has at a log position within the transition. */
  #offsetsAt(position: number): number {
    const { offsets, commits } = this.#transition
    let count = offsets
    for (const commit of commits) {
      if (commit.after !== null) count--
      if (isThere(commit, position)) count++
    }
    return count
  }

  /** It had offsets, and all of them were deleted before a log position. */
  #losesOffsets(position: number): boolean {
    return this.#offsetsAt(position) === 0 && this.#transition.commits.some(commit => isDeletedBefore(commit, position))
  }
}

/** Where each member of a consumer group was last given partitions: at the end of history it tells who is a new owner. */
function noteAssigned(group: GroupDraft, record: GroupRecord, { offset }: Placed): void {
  if (record.type !== 'CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT' || record.value === null) return
  setMember(group, record.key.memberId, { assignedAt: offset })
}

function isThere(commit: CommitChange, position: number): boolean {
  const { before, after } = commit
  if (before !== null && !isDeletedBefore(commit, position)) return true
  return after !== null && commit.position < position
}

function isDeletedBefore({ before, deletedAt }: CommitChange, position: number): boolean {
  return before !== null && deletedAt >= 0 && deletedAt < position
}
