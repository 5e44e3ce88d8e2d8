import { hasTopicId, type TopicSlot } from '../group/groupSlot.ts'
import { FORMER } from '../offsets/table.ts'
import { closeStall } from './judgeStall.ts'
import { OTHER_LIFE, type SampledTopic } from './logEnds.ts'
import { aboutRow, type RowsContext } from './rows.ts'

/** Which sampled topic each topic of a group is, found out once for each: of use for one round. */
export class TopicLives {
  readonly #context: RowsContext
  readonly #found = new Map<TopicSlot, SampledTopic | typeof OTHER_LIFE | null>()
  #last: TopicSlot | null = null
  #lastFound: SampledTopic | typeof OTHER_LIFE | null = null

  constructor(context: RowsContext) {
    this.#context = context
  }

  /**
   * The topic that a row's offset was committed for; null: not sampled. Where the topic was made anew since, that commit
   * says nothing of the one that there is now.
   */
  of(row: number): SampledTopic | typeof OTHER_LIFE | null {
    const { table } = this.#context
    const slot = table.topics[row] as TopicSlot
    const topic = slot === this.#last ? this.#lastFound : this.#find(slot)
    if (topic === null || topic === OTHER_LIFE) return topic
    if (((table.flags[row] as number) & FORMER) !== 0) return OTHER_LIFE
    // A commit without a topic id: it is of the topic that there was when it was made.
    return !hasTopicId(slot) && (table.times[row] as number) < topic.bornAt ? OTHER_LIFE : topic
  }

  #find(slot: TopicSlot): SampledTopic | typeof OTHER_LIFE | null {
    let topic = this.#found.get(slot)
    if (topic === undefined) this.#found.set(slot, (topic = this.#context.logEnds.topicOf(slot.name, slot)))
    this.#last = slot
    this.#lastFound = topic
    return topic
  }
}

/** The topic of which something was said of the row is not there any more: nothing is said of it. */
export function endLife(row: number, { table, watch, tell, now, changed }: RowsContext): void {
  const conditions = watch.conditions.get(row)
  watch.endBehind(row)
  watch.setAbove(row, null)
  watch.forgetPace(row)
  changed(row)
  if (conditions === undefined) return
  const about = aboutRow(row, table, conditions.numbers)
  const place = { topic: table.topicOf(row).name, partition: table.partitions[row] ?? 0 }
  if (conditions.stalled !== null) closeStall(conditions.stalled, { tell, about, time: now, place })
  if (conditions.outOfRange !== null) tell.close('offset-out-of-range', conditions.outOfRange, about, now, place)
  conditions.stalled = null
  conditions.outOfRange = null
}
