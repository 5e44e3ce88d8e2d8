import type { Placed } from '../group/group.ts'
import { forgetTopicId, type GroupSlot, hasTopicId, setTopicId, type TopicSlot, topicIdOf } from '../group/groupSlot.ts'
import type { LearnedNames } from '../group/learnedNames.ts'
import type { StateChanges } from '../stored/changes.ts'
import { FORMER, type OffsetTable } from './table.ts'

/** How long a topic id is remembered after the group's last offset of the topic was deleted, by record time. */
const rememberedMs = 7 * 24 * 3_600_000
/**
 * The maximum number of remembered topics without an offset, by group; the one deleted longest ago is dropped first.
 */
const mostRemembered = 10_000

interface Recreated {
  readonly slot: GroupSlot
  readonly topic: TopicSlot
  /** The first partition that was committed with the new id. */
  readonly partition: number
  readonly from: string
}

/**
 * The ids by which groups know their topics: learned from commits, and remembered for a while after offsets are
 * deleted.
 */
export class TopicMemory {
  /** Topics with a new id in this transition. */
  readonly recreated: Recreated[] = []
  readonly #table: OffsetTable
  readonly #names: LearnedNames
  /** Null where the state is not stored. */
  readonly #changes: StateChanges | null

  constructor(table: OffsetTable, names: LearnedNames, changes: StateChanges | null) {
    this.#table = table
    this.#names = names
    this.#changes = changes
  }

  /** Begins a transition. */
  begin(): void {
    if (this.recreated.length > 0) this.recreated.length = 0
  }

  /** The row's commit, at that log position, carries an id other than the known one. True: one was known. */
  learn(row: number, words: DataView, at: number, position: number): boolean {
    const slot = this.#table.groupOf(row)
    const topic = this.#table.topicOf(row)
    const from = topicIdOf(topic)
    if (from !== null) this.#names.release(from, position)
    setTopicId(topic, words, at)
    this.#names.hold(topicIdOf(topic) ?? '', topic.name)
    this.#note(slot, topic)
    if (from === null) return false
    this.#markFormer(topic, row)
    if (!this.recreated.some(other => other.topic === topic)) {
      this.recreated.push({ slot, topic, partition: this.#table.partitions[row] as number, from })
    }
    return true
  }

  /** The other offsets of the topic belong to the deleted topic of that name. */
  #markFormer(topic: TopicSlot, except: number): void {
    const table = this.#table
    for (const row of table.rows()) {
      if (row === except || table.topics[row] !== topic || !table.isPresent(row)) continue
      table.mark(row, FORMER)
      this.#changes?.noteRow(row)
    }
  }

  /** A first commit of a partition: where it is the only one of its topic, the remembered id may have expired. */
  recall(row: number, time: number, position: number): void {
    const topic = this.#table.topicOf(row)
    const { deletedAt } = topic
    if (deletedAt === null) return
    const slot = this.#table.groupOf(row)
    slot.remembered?.delete(topic)
    topic.deletedAt = null
    if (time - deletedAt.timestamp >= rememberedMs) this.#forgetId(topic, position)
    this.#note(slot, topic)
  }

  /** The row's offset was deleted. */
  remember(row: number, at: Placed): void {
    const topic = this.#table.topicOf(row)
    if (topic.live > 0 || !hasTopicId(topic)) return
    const slot = this.#table.groupOf(row)
    topic.deletedAt = at
    slot.remembered ??= new Set()
    slot.remembered.add(topic)
    this.#note(slot, topic)
    for (const oldest of slot.remembered) {
      const isOld = at.timestamp - (oldest.deletedAt?.timestamp ?? 0) >= rememberedMs
      if (!isOld && slot.remembered.size <= mostRemembered) break
      slot.remembered.delete(oldest)
      this.forget(slot, oldest, at.offset)
    }
  }

  /** The group ended: the ids of topics without an offset are dropped. */
  forgetGroup(slot: GroupSlot, position: number): void {
    for (const topic of slot.topics.values()) if (topic.live === 0) this.forget(slot, topic, position)
    slot.remembered = null
  }

  forget(slot: GroupSlot, topic: TopicSlot, position: number): void {
    if (hasTopicId(topic)) {
      this.#forgetId(topic, position)
      this.#note(slot, topic)
    }
    topic.deletedAt = null
    if (topic.rows === 0) slot.topics.delete(topic.name)
  }

  #forgetId(topic: TopicSlot, position: number): void {
    this.#names.release(topicIdOf(topic) ?? '', position)
    forgetTopicId(topic)
  }

  #note({ name: group }: GroupSlot, { name: topic }: TopicSlot): void {
    this.#changes?.note({ kind: 'topicId', group, topic })
  }
}
