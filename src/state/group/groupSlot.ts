import type { GroupType } from '../../events/envelope.ts'
import type { GroupConditions } from '../conditions/groupConditions.ts'
import type { Group, Placed } from './group.ts'
import { type Standing, standingOf } from './standing.ts'

/** A group's entry in a partition's state; every row of its offsets refers to it. */
export interface GroupSlot {
  readonly name: string
  /** Null: unknown group; only offsets of open transactions then keep the slot. */
  group: Group | null
  /** Rows of this group that hold a committed offset. */
  offsets: number
  /** Rows of this group, those of open transactions included. */
  rows: number
  readonly topics: Map<string, TopicSlot>
  /** The topics among these without an offset whose id is remembered, the one deleted longest ago first; null: none. */
  remembered: Set<TopicSlot> | null
  /** The number of members of `group`, so that the hot path does not count them. */
  standing: Standing
  /** Rows that are committed while the group has no members; null: none (steps.ts). */
  steps: Map<number, number> | null
  /** The kind of the known group; after its end, its last kind. */
  lastType: GroupType
  /** The state of the group's own conditions; null: none yet. */
  conditions: GroupConditions | null
  /** What happened to the group since this process knows it; null: nothing yet. */
  tally: GroupTally | null
}

/** Counts for metrics: they begin anew with the process, and are not stored. */
export interface GroupTally {
  rebalances: number
  /** Members that joined or left. */
  churn: number
  /** How long the last rebalance took, ms; null: no record says it. */
  durationMs: number | null
}

/** A topic id in four big-endian words; all zero: none. */
export interface TopicId {
  id0: number
  id1: number
  id2: number
  id3: number
}

/** A topic within one group, with the id of the group's last commit for it. */
export interface TopicSlot extends TopicId {
  readonly name: string
  /** Rows that hold a committed offset of it. */
  live: number
  /** Rows of it, those of open transactions included. */
  rows: number
  /** The record that deleted the last of its offsets, while the id is remembered; else null. */
  deletedAt: Placed | null
}

export function newGroupSlot(name: string): GroupSlot {
  return {
    name,
    group: null,
    offsets: 0,
    rows: 0,
    topics: new Map(),
    remembered: null,
    standing: 'unknown',
    steps: null,
    lastType: 'simple',
    conditions: null,
    tally: null,
  }
}

/** A simple group without any offset does not exist. */
export function exists({ group, offsets }: GroupSlot): boolean {
  return group !== null && (group.type !== 'simple' || offsets > 0)
}

export function setGroup(slot: GroupSlot, group: Group | null): void {
  slot.group = group
  if (group !== null) slot.lastType = group.type
  slot.standing = standingOf(group)
}

export function topicSlot(slot: GroupSlot, name: string): TopicSlot {
  let topic = slot.topics.get(name)
  if (topic === undefined) {
    topic = { name, id0: 0, id1: 0, id2: 0, id3: 0, live: 0, rows: 0, deletedAt: null }
    slot.topics.set(name, topic)
  }
  return topic
}

/** Names of the group's topics whose id is known. */
export function* topicsWithId({ topics }: GroupSlot): Generator<string> {
  for (const [name, topic] of topics) if (hasTopicId(topic)) yield name
}

export function hasTopicId({ id0, id1, id2, id3 }: TopicId): boolean {
  return (id0 | id1 | id2 | id3) !== 0
}

/** The id in Kafka's form, URL-safe base64 without padding; null where unknown. */
export function topicIdOf(topic: TopicId): string | null {
  if (!hasTopicId(topic)) return null
  const bytes = Buffer.allocUnsafe(16)
  bytes.writeInt32BE(topic.id0, 0)
  bytes.writeInt32BE(topic.id1, 4)
  bytes.writeInt32BE(topic.id2, 8)
  bytes.writeInt32BE(topic.id3, 12)
  return bytes.toString('base64url')
}

export function forgetTopicId(topic: TopicId): void {
  topic.id0 = 0
  topic.id1 = 0
  topic.id2 = 0
  topic.id3 = 0
}

export function setTopicId(topic: TopicId, words: DataView, at: number): void {
  topic.id0 = words.getInt32(at)
  topic.id1 = words.getInt32(at + 4)
  topic.id2 = words.getInt32(at + 8)
  topic.id3 = words.getInt32(at + 12)
}
