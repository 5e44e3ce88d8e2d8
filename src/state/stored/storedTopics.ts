import { wordsOf } from '../../kafka/records/int64.ts'
import { type GroupSlot, setTopicId, type TopicSlot, topicIdOf, topicSlot } from '../group/groupSlot.ts'

/** The name of a topic id that no group uses any more, and the log position since then. */
export type StoredName = readonly [name: string, since: number]

/** A topic id; where the group has no offset of the topic, with the record that deleted the last one. */
type StoredTopicId = string | readonly [id: string, position: number, timestamp: number]

/** Null where there is nothing to store. */
export function topicIdValue(topic: TopicSlot): string | null {
  const id = topicIdOf(topic)
  if (id === null) return null
  const { deletedAt } = topic
  const value: StoredTopicId = deletedAt === null ? id : [id, deletedAt.offset, deletedAt.timestamp]
  return JSON.stringify(value)
}

export function restoreTopicId(slot: GroupSlot, name: string, parsed: unknown): void {
  const stored = parsed as StoredTopicId
  const [id, offset, timestamp] = typeof stored === 'string' ? [stored] : stored
  const topic = topicSlot(slot, name)
  setTopicId(topic, wordsOf(Buffer.from(id, 'base64url')), 0)
  topic.deletedAt = offset === undefined || timestamp === undefined ? null : { offset, timestamp }
}

/** Called after all of them are restored: the topics without an offset, in the order of their deletion. */
export function restoreRemembered(slot: GroupSlot): void {
  const remembered = [...slot.topics.values()].filter(({ deletedAt }) => deletedAt !== null)
  if (remembered.length === 0) return
  slot.remembered = new Set(remembered.sort((a, b) => (a.deletedAt?.offset ?? 0) - (b.deletedAt?.offset ?? 0)))
}
