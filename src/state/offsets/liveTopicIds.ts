import { wordsOf } from '../../kafka/records/int64.ts'
import { forgetTopicId, type GroupSlot, setTopicId, type TopicSlot, topicIdOf } from '../group/groupSlot.ts'
import type { StateChanges } from '../stored/changes.ts'
import { FORMER, type OffsetTable } from './table.ts'

/**
 * The end of history: a group knows a topic's id from the last live commit that carries one; compaction may have
 * removed all other commits. Commits with another id belong to the deleted topic of that name.
 */
export function keepLiveTopicIds(table: OffsetTable, slots: Iterable<GroupSlot>, changes: StateChanges | null): void {
  const lastRows = new Map<TopicSlot, number>()
  const used = new Set<TopicSlot>()
  for (const row of table.rows()) {
    const topic = table.topicOf(row)
    used.add(topic)
    if (!table.isPresent(row) || idOf(table, row) === null) continue
    const last = lastRows.get(topic)
    if (last === undefined || positionOf(table, last) < positionOf(table, row)) lastRows.set(topic, row)
  }
  for (const slot of slots) {
    slot.remembered = null
    for (const topic of slot.topics.values()) {
      const before = topicIdOf(topic)
      const row = lastRows.get(topic)
      const id = row === undefined ? null : idOf(table, row)
      if (id === null) forgetTopicId(topic)
      else if (id !== before) setTopicId(topic, wordsOf(Buffer.from(id, 'base64url')), 0)
      if (id !== before || topic.deletedAt !== null) {
        changes?.note({ kind: 'topicId', group: slot.name, topic: topic.name })
      }
      topic.deletedAt = null
      if (!used.has(topic)) slot.topics.delete(topic.name)
    }
  }
  for (const row of table.rows()) if (table.isPresent(row)) markFormer(table, row, changes)
}

function markFormer(table: OffsetTable, row: number, changes: StateChanges | null): void {
  const id = idOf(table, row)
  const isFormer = id !== null && id !== topicIdOf(table.topicOf(row))
  if (isFormer === (((table.flags[row] as number) & FORMER) !== 0)) return
  if (isFormer) table.mark(row, FORMER)
  else table.unmark(row, FORMER)
  changes?.noteRow(row)
}

/** The id in the row's commit, in Kafka's form; null: none. */
export function idOf({ topicIds }: OffsetTable, row: number): string | null {
  if (topicIds === null) return null
  const at = row * 4
  return topicIdOf({
    id0: topicIds[at] as number,
    id1: topicIds[at + 1] as number,
    id2: topicIds[at + 2] as number,
    id3: topicIds[at + 3] as number,
  })
}

function positionOf({ positions }: OffsetTable, row: number): number {
  return positions[row] as number
}
