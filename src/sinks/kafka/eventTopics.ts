import type { Log } from '../../base/log.ts'
import type { LeaderTable } from '../../kafka/client/leaderTable.ts'
import { partitioner } from '../../kafka/kafkajs/partitioner.ts'
import { describedTopics, type TopicShape, type TopicWatch, watchTopic } from './topicWatch.ts'

export interface EventTopicsOptions {
  /** Ensures that a topic exists, and returns its number of partitions. */
  readonly ensure: (topic: string) => Promise<number>
  readonly log: Log
}

/** The topics of events, and the partition of each group in them, also after a topic was recreated. */
export interface EventTopics {
  partitionOf(topic: string, group: string): number
  /** Kafka's id of a topic, from the last metadata; null where unknown. */
  idOf(topic: string): string | null
  /** To be called before a write; looks the topics up at most once a second. As `TopicWatch.check`. */
  check(leaders: Pick<LeaderTable, 'topics'>): Promise<void>
}

interface EventTopic {
  choose: (group: string) => number
  readonly watch: TopicWatch
}

const cure = 'recreate it and koff continues, or restart koff, which creates it'

export async function eventTopics(
  topics: readonly string[],
  { ensure, log }: EventTopicsOptions,
): Promise<EventTopics> {
  const known = new Map<string, EventTopic>()
  for (const topic of topics) {
    const partitions = await ensure(topic)
    const changed = (before: TopicShape, now: TopicShape) => {
      entry.choose = partitioner(topic, now.partitions)
      log.warn(changeText(topic, before, now), { topic, partitionCount: now.partitions })
    }
    const watch = watchTopic({ topic, partitions, cure, changed })
    const entry: EventTopic = { choose: partitioner(topic, partitions), watch }
    known.set(topic, entry)
  }
  const entryOf = (topic: string) => {
    const entry = known.get(topic)
    if (entry === undefined) throw new RangeError(`topic ${topic} was not opened`)
    return entry
  }
  return {
    partitionOf: (topic, group) => entryOf(topic).choose(group),
    idOf: topic => entryOf(topic).watch.shape.id,
    async check(leaders) {
      // One request for all of them, whose result each of them then uses.
      if ((await describedTopics(leaders, topics)) === null) return
      for (const { watch } of known.values()) await watch.check(leaders)
    },
  }
}

function changeText(topic: string, before: TopicShape, now: TopicShape): string {
  if (before.id !== null && before.id !== now.id) {
    return `topic ${topic} was deleted and created again, with ${now.partitions} partitions: koff continues in it; earlier events are not in it`
  }
  return `topic ${topic} has ${now.partitions} partitions now, and had ${before.partitions}: later events of a group may be in another partition than earlier ones`
}
