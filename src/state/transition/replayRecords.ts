import { draftOf, type Group, type GroupDraft, newGroup, type Placed } from '../group/group.ts'
import { canBecome, type Standing, standingOf } from '../group/standing.ts'
import { applyRecord, type GroupRecord, isMetadata } from '../records/applyRecord.ts'
import { setMember } from '../records/edit.ts'
import type { Moment } from './members.ts'
import type { CommitChange, Recreation } from './offsets.ts'

/** All records of one group in one record batch, or all commits of one group that a COMMIT marker makes effective. */
export interface Transition extends Moment {
  readonly group: string
  /** History: its meaning is not needed, and more of it is kept for the end of history. */
  readonly isHistory: boolean
  /** Records about the group itself, in log order. */
  readonly records: readonly PlacedRecord[]
  /** Net changes of its committed offsets, in record order. */
  readonly commits: readonly CommitChange[]
  /** Number of offsets of the group afterwards. */
  readonly offsets: number
  readonly recreations: readonly Recreation[]
  /** False: a commit without another meaning has no event. */
  readonly everyCommit: boolean
}

export interface PlacedRecord {
  readonly record: GroupRecord
  readonly at: Placed
}

export interface Replayed {
  readonly after: GroupDraft | null
  /** `after` was created by a record of the transition; it is not a changed `before`. */
  readonly isNew: boolean
  /** The group changed its kind by a migration of Kafka. */
  readonly isMigrated: boolean
  /** The status of the group at each commit. */
  readonly standings: readonly Standing[]
  /** The previous group ended. */
  readonly isEnded: boolean
}

/**
 * Applies the records of a group's transition, and its commits among them. The coordinator puts several operations into
 * one batch, for instance a member's last commit and its leave; the meaning of a commit depends on whether the group
 * had members at that point.
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

/** A group during its transition. */
class Life {
  group: GroupDraft | null
  readonly #known: GroupDraft | null
  readonly #transition: Transition
  #isMigrated = false
  #isEnded = false
  /** The group whose tombstone came, until the next record shows whether it ended. */
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

  /** A commit creates an unknown group. */
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
   * After its tombstone, without records of a kind. Kafka deletes a group's offsets in the same batch as the group.
   * Where an offset is left, compaction left the tombstone of a migration: that kind of group ended, and the group
   * continues with its offsets. Else it ended.
   */
  #goOnAsSimple(position: number): void {
    const of = this.#tombstoneOf
    if (of === null) return
    this.#tombstoneOf = null
    if (this.#offsetsAt(position) === 0) this.#isEnded = true
    else this.group = of.type === 'simple' ? of : newGroup(of.name, 'simple')
  }

  /** A record with a value created a group: is it the previous one? */
  #become(from: Group | null, to: Group, at: number): void {
    this.#tombstoneOf = null
    if (from === null) return
    const isSuccessor = from.type === to.type || (canBecome(from, to) && !this.#losesOffsets(at))
    const goesOn = isSuccessor || this.#offsetsAt(at) > 0
    if (!goesOn) this.#isEnded = true
    this.#isMigrated = goesOn && canBecome(from, to)
  }

  /** Number of offsets of the group at a log position within the transition. */
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

/** Where each member of a consumer group last got partitions: at the end of history this shows new owners. */
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
