import { hasTopicId, type TopicSlot } from '../group/groupSlot.ts'
import { FORMER, type OffsetTable } from '../offsets/table.ts'
import { type LogEnds, OTHER_LIFE, type SampledTopic } from './logEnds.ts'

/** The sampled topic of each topic of a group, computed once: valid for one round. */
export class TopicLives {
  readonly #table: OffsetTable
  readonly #logEnds: LogEnds
  readonly #found = new Map<TopicSlot, SampledTopic | typeof OTHER_LIFE | null>()
  #last: TopicSlot | null = null
  #lastFound: SampledTopic | typeof OTHER_LIFE | null = null

  constructor(table: OffsetTable, logEnds: LogEnds) {
    this.#table = table
    this.#logEnds = logEnds
  }

  /**
   * The topic that a row's offset was committed for; null: not sampled. If the topic was recreated since, that commit
   * says nothing about the present one.
   */
  of(row: number): SampledTopic | typeof OTHER_LIFE | null {
    const table = this.#table
    const slot = table.topics[row] as TopicSlot
    const topic = slot === this.#last ? this.#lastFound : this.#find(slot)
    if (topic === null || topic === OTHER_LIFE) return topic
    if (((table.flags[row] as number) & FORMER) !== 0) return OTHER_LIFE
    // A commit without a topic id: it is of the topic that there was when it was made.
    return !hasTopicId(slot) && (table.times[row] as number) < topic.bornAt ? OTHER_LIFE : topic
  }

  #find(slot: TopicSlot): SampledTopic | typeof OTHER_LIFE | null {
    let topic = this.#found.get(slot)
    if (topic === undefined) this.#found.set(slot, (topic = this.#logEnds.topicOf(slot.name, slot)))
    this.#last = slot
    this.#lastFound = topic
    return topic
  }
}
