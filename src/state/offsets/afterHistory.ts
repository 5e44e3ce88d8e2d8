import type { GroupSlot } from '../group/groupSlot.ts'
import type { TopicNames } from '../group/topicNames.ts'
import type { StateChanges } from '../stored/changes.ts'
import { heldPartitions } from '../transition/movedPartitions.ts'
import type { PlacedRecord } from '../transition/replayRecords.ts'
import { countStepAfterHistory } from './steps.ts'
import { MOVED, type OffsetTable } from './table.ts'

/*
 * At the end of history, what the next commit is compared with is found from the last record of each key alone:
 * compaction may have taken the others. A partition counts as one that changed its owner where its last commit lies
 * before the last record that assigns it: the metadata record of a classic group, the CurrentMemberAssignment of a
 * member of a consumer group.
 */

/** The partitions that records of history assign to members of a consumer group, with the log position of each. */
export function* assignedInHistory(
  records: readonly PlacedRecord[],
  names: TopicNames,
): Generator<{ readonly topic: string; readonly partition: number; readonly position: number }> {
  for (const { record, at } of records) {
    if (record.type !== 'CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT' || record.value === null) continue
    for (const { topicId, partitions } of [
      ...record.value.assignedPartitions,
      ...record.value.partitionsPendingRevocation,
    ]) {
      const topic = names.nameOf(topicId)
      if (topic !== null) for (const partition of partitions) yield { topic, partition, position: at.offset }
    }
  }
}

/** `changes` is null where nobody stores the state. */
export function afterHistory(table: OffsetTable, names: TopicNames, changes: StateChanges | null): void {
  const owned = new Map<GroupSlot, IsMoved>()
  const isMovedIn = (slot: GroupSlot): IsMoved => {
    let isMoved = owned.get(slot)
    if (isMoved === undefined) owned.set(slot, (isMoved = ownersOf(slot, names)))
    return isMoved
  }
  for (const row of table.rows()) {
    if (!table.isPresent(row)) continue
    const wasMoved = ((table.flags[row] as number) & MOVED) !== 0
    const isMoved = isMovedIn(table.groupOf(row))({
      topic: table.topicOf(row).name,
      partition: table.partitions[row] as number,
      position: table.positions[row] as number,
      wasMoved,
    })
    if (isMoved) table.mark(row, MOVED)
    else table.unmark(row, MOVED)
    if (countStepAfterHistory(table, row) || isMoved !== wasMoved) changes?.noteRow(row)
  }
}

interface LastCommit {
  readonly topic: string
  readonly partition: number
  readonly position: number
  /** A record after it assigned the partition. */
  readonly wasMoved: boolean
}

type IsMoved = (commit: LastCommit) => boolean

function ownersOf({ group, standing }: GroupSlot, names: TopicNames): IsMoved {
  if (group === null || standing !== 'with-members') return () => false
  const held = heldPartitions(group, names)
  // Nobody can say which partitions are assigned: it may be any.
  const assignedAt = group.metadataAt?.offset ?? -1
  if (held === null) return ({ position }) => position < assignedAt
  const isHeld = ({ topic, partition }: LastCommit) => held.get(topic)?.has(partition) === true
  if (group.type === 'classic') return commit => commit.position < assignedAt && isHeld(commit)
  return commit => commit.wasMoved && isHeld(commit)
}
