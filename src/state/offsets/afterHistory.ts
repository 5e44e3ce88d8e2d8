import { type Group, keyedBy, membersOf } from '../group/group.ts'
import type { GroupSlot } from '../group/groupSlot.ts'
import { heldBy } from '../group/holdings.ts'
import type { TopicNames } from '../group/topicNames.ts'
import type { StateChanges } from '../stored/changes.ts'
import { countStepAfterHistory } from './steps.ts'
import { MOVED, type OffsetTable } from './table.ts'

/*
 * The end of history: the base for comparing the next commit is derived from the last record of each key, because
 * compaction may have removed the others. A partition counts as reassigned where its last commit is older than the last
 * record that assigns it: the metadata record of a classic group, the CurrentMemberAssignment of a member of a consumer
 * group.
 */

/** `changes` is null where the state is not stored. */
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
}

type IsMoved = (commit: LastCommit) => boolean

function ownersOf({ group, standing }: GroupSlot, names: TopicNames): IsMoved {
  if (group === null || standing !== 'with-members') return () => false
  const assigned = assignedPositions(group, names)
  const metadataAt = group.metadataAt?.offset ?? -1
  // The assigned partitions are unknown: it may be any.
  if (assigned === null) return ({ position }) => position < metadataAt
  return ({ topic, partition, position }) => position < (assigned.get(topic)?.get(partition) ?? -1)
}

/** Topic name → partition → log position of the record that assigns it; null where the records do not show it. */
function assignedPositions(group: Group, names: TopicNames): Map<string, Map<number, number>> | null {
  const positions = new Map<string, Map<number, number>>()
  const kind = keyedBy(group.type)
  if (kind === 'subtopology') return null
  for (const member of membersOf(group)) {
    const held = heldBy(member)
    if (held === null) return null
    const position = group.type === 'classic' ? (group.metadataAt?.offset ?? -1) : member.assignedAt
    for (const [key, partitions] of held) {
      const topic = kind === 'topicId' ? names.nameOf(key) : key
      if (topic === null) continue
      let ofTopic = positions.get(topic)
      if (ofTopic === undefined) positions.set(topic, (ofTopic = new Map()))
      for (const partition of partitions) ofTopic.set(partition, Math.max(position, ofTopic.get(partition) ?? -1))
    }
  }
  return positions
}
