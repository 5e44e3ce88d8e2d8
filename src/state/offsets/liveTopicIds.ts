import { wordsOf } from '../../kafka/records/int64.ts'
import { forgetTopicId, type GroupSlot, setTopicId, type TopicSlot, topicIdOf } from '../group/groupSlot.ts'
import type { StateChanges } from '../stored/changes.ts'
import type { OffsetTable } from './table.ts'

/**
 * At the end of history: a group knows a topic's id where a live commit carries it, from the last that does; compaction
 * may have taken all other commits. Gives the names of these ids.
 */
export function keepLiveTopicIds(
  table: OffsetTable,
  slots: Iterable<GroupSlot>,
  changes: StateChanges | null,
): Map<string, string> {
  const names = new Map<string, string>()
  const lastRows = new Map<TopicSlot, number>()
  const used = new Set<TopicSlot>()
  for (const row of table.rows()) {
    const topic = table.topicOf(row)
    used.add(topic)
    const id = table.isPresent(row) ? idOf(table, row) : null
    if (id === null) continue
    names.set(id, topic.name)
    const last = lastRows.get(topic)
    if (last === undefined || positionOf(table, last) < positionOf(table, row)) lastRows.set(topic, row)
  }
  for (const slot of slots) {
    for (const topic of slot.topics.values()) {
      const before = topicIdOf(topic)
      const row = lastRows.get(topic)
      const id = row === undefined ? null : idOf(table, row)
      if (id !== before) {
        if (id === null) forgetTopicId(topic)
        else setTopicId(topic, wordsOf(Buffer.from(id, 'base64url')), 0)
        changes?.note({ kind: 'topicId', group: slot.name, topic: topic.name })
      }
      if (!used.has(topic)) slot.topics.delete(topic.name)
    }
  }
  return names
}

/** The id that the row's commit carries, in Kafka's form; null: none. */
export function idOf({ topicIds }: OffsetTable, row: number): string | null {
  if (topicIds === null) return null
  const at = row * 4
  return topicIdOf({
    name: '',
    id0: topicIds[at] as number,
    id1: topicIds[at + 1] as number,
    id2: topicIds[at + 2] as number,
    id3: topicIds[at + 3] as number,
  })
}

function positionOf({ positions }: OffsetTable, row: number): number {
  return positions[row] as number
}
