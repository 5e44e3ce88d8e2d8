import { wordsOf } from '../../kafka/records/int64.ts'
import { hasTopicId, setTopicId, type TopicId } from '../group/groupSlot.ts'
import type { LogEndInput, OffsetTimeInput, TopicInput } from '../input.ts'
import { grown } from '../offsets/keyIndex.ts'
import { OffsetSteps } from './offsetSteps.ts'

/** The topic that has a name now. With another id it is another topic: samples of the old one are dropped. */
export interface SampledTopic {
  /** Null: unknown. Brokers before 2.8 have no topic ids. */
  readonly id: string | null
  /** The same in words; all zero where unknown. */
  readonly words: TopicId
  /** Number of its partitions, 0: deleted; null: unknown. */
  readonly partitions: number | null
  /** Time of its first sample, where there was another topic of that name before; else -Infinity. */
  readonly bornAt: number
}

/** What a name stood for is not known by the same id as what it stands for now. */
export const OTHER_LIFE = 'other life'

/** The time of a record, ms. */
interface RecordTime {
  readonly recordTime: number
  /** True: it is an upper bound. */
  readonly isBound: boolean
}

/** What was sampled of a partition over time. */
interface Steps {
  readonly ends: OffsetSteps
  readonly starts: OffsetSteps
  /** Offset → the time of the record there. */
  readonly times: Map<number, RecordTime>
}

/** Of one partition; those that were looked up longest ago go first. */
const mostTimes = 64

type MutableTopic = { -readonly [K in keyof SampledTopic]: SampledTopic[K] } & {
  /** Dense ids of the partitions that were sampled. */
  readonly ends: Map<number, number>
  /** The id before this one; a late sample may still carry it. */
  readonly formerId: string | null
}

/**
 * Where the logs of data partitions start and end, as last sampled, and how many partitions topics have. Shared by all
 * partitions of `__consumer_offsets`: it says something of the cluster, not of groups. Each partition sampled has a
 * dense id, so that rows of offsets can hold on to it for as long as `isOf` says that it is still that of their topic.
 *
 * Samples that come one after the other are a round: what they say together is judged at once. `round` counts them.
 */
export class LogEnds {
  round = 1
  /** Of the newest sample in the present round; -1: none came yet. */
  roundTime = -1
  /** Grows with every change of what topics have how many partitions. */
  topicsVersion = 0
  starts = new Float64Array(64)
  ends = new Float64Array(64)
  times = new Float64Array(64)
  /** The round in which the sample came. */
  rounds = new Float64Array(64)
  /** How the ends and the starts grew, by the same ids. */
  readonly #steps: Steps[] = []
  #owners: (MutableTopic | null)[] = []
  readonly #free: number[] = []
  readonly #topics = new Map<string, MutableTopic>()

  /** Number of partitions with a sample. */
  get size(): number {
    return this.#owners.length - this.#free.length
  }

  /** Topics known by name. */
  get topics(): number {
    return this.#topics.size
  }

  /** True where a sample of the partition came in this round: another one begins the next. */
  hasInRound(topic: string, partition: number): boolean {
    const id = this.#topics.get(topic)?.ends.get(partition) ?? -1
    return id >= 0 && this.rounds[id] === this.round
  }

  /** Takes a sample, also one that is older than the last: the clock was set back, and its content is newer. */
  add(input: LogEndInput): void {
    const { topic: name, topicId, partition, logStart, logEnd, timestamp, answeredAt = timestamp } = input
    const topic = this.#topicOf(name, topicId)
    if (topic === null) return
    if (Number.isNaN(topic.bornAt)) topic.bornAt = timestamp
    let id = topic.ends.get(partition) ?? -1
    if (id < 0) {
      id = this.#newId(topic)
      topic.ends.set(partition, id)
    }
    this.starts[id] = logStart
    this.ends[id] = logEnd
    this.times[id] = timestamp
    this.rounds[id] = this.round
    const { ends, starts } = this.#steps[id] as Steps
    ends.add(logEnd, timestamp, answeredAt)
    starts.add(logStart, timestamp, answeredAt)
    this.roundTime = Math.max(this.roundTime, timestamp)
  }

  /** Takes the time of a record, as it was looked up. */
  addTime({ topic: name, topicId, partition, offset, recordTime, atMost = false }: OffsetTimeInput): void {
    const topic = this.#topicOf(name, topicId)
    const id = topic?.ends.get(partition) ?? -1
    const times = this.#steps[id]?.times
    if (times === undefined) return
    times.delete(offset)
    times.set(offset, { recordTime, isBound: atMost })
    for (const oldest of times.keys()) if (times.size > mostTimes) times.delete(oldest)
  }

  /** How the log end of a partition grew. */
  stepsOf(id: number): OffsetSteps {
    return (this.#steps[id] as Steps).ends
  }

  /** How the log start of a partition grew. */
  startStepsOf(id: number): OffsetSteps {
    return (this.#steps[id] as Steps).starts
  }

  /** The time of the record at an offset; null: it was not looked up. */
  timeOf(id: number, offset: number): RecordTime | null {
    return this.#steps[id]?.times.get(offset) ?? null
  }

  /** When the log of a partition reached an offset is known by samples around it, or the time of the record is. */
  knowsTimeAt(topic: string, partition: number, offset: number): boolean {
    const id = this.#topics.get(topic)?.ends.get(partition)
    if (id === undefined) return false
    return this.stepsOf(id).reached(offset).after !== null || this.timeOf(id, offset) !== null
  }

  /** What follows belongs to the next round. */
  endRound(): void {
    this.round++
    this.roundTime = -1
  }

  /** What the metadata say of a topic. Returns the id that the name does not stand for any more; null: it does, or had none. */
  describe({ name, id, partitions }: TopicInput): string | null {
    const before = this.#topics.get(name)
    // A topic of that name is there again; that the former one is gone was not news.
    if (partitions === 0 && id !== '' && before !== undefined && before.id !== null && before.id !== id) return null
    const topic = this.#named(name, id === '' ? null : id)
    const isOther = before !== undefined && before !== topic
    if (partitions !== undefined && topic.partitions !== partitions) {
      topic.partitions = partitions
      this.topicsVersion++
    } else if (isOther) this.topicsVersion++
    if (partitions !== 0) return isOther ? before.id : null
    this.#release(topic)
    return topic.id
  }

  /** The sampled topic of a group's topic; null: never sampled or described, or another one by its id. */
  topicOf(name: string, slot: TopicId | null): SampledTopic | typeof OTHER_LIFE | null {
    const topic = this.#topics.get(name)
    if (topic === undefined) return null
    return topic.id !== null && slot !== null && hasTopicId(slot) && !isSameId(slot, topic.words) ? OTHER_LIFE : topic
  }

  /** The last sampled log end of a partition; null: never sampled. */
  lastEnd(topic: string, partition: number): number | null {
    const id = this.#topics.get(topic)?.ends.get(partition)
    return id === undefined ? null : (this.ends[id] as number)
  }

  /** The dense id of a partition; -1 where it was never sampled. */
  idOf(topic: SampledTopic, partition: number): number {
    return (topic as MutableTopic).ends.get(partition) ?? -1
  }

  /** The dense id is still that of a partition of this topic. */
  isOf(id: number, topic: SampledTopic): boolean {
    return this.#owners[id] === topic
  }

  /** Drops topics by their names. */
  forgetUnless(isUsed: (name: string) => boolean): void {
    for (const [name, topic] of this.#topics) {
      if (isUsed(name)) continue
      this.#release(topic)
      this.#topics.delete(name)
    }
  }

  /** Null: of a topic that there was before. */
  #topicOf(name: string, topicId: string | undefined): MutableTopic | null {
    const known = this.#topics.get(name)
    if (topicId !== undefined && known?.formerId === topicId) return null
    const topic = this.#named(name, topicId ?? null)
    if (known !== undefined && topic !== known) this.topicsVersion++
    return topic
  }

  /** The topic of that name; a new one if the id has changed. */
  #named(name: string, id: string | null): MutableTopic {
    const known = this.#topics.get(name)
    if (known !== undefined && (id === null || known.id === id)) return known
    if (known !== undefined && known.id === null) {
      known.id = id
      setTopicId(known.words, wordsOfId(id ?? ''), 0)
      return known
    }
    if (known !== undefined) this.#release(known)
    const topic: MutableTopic = {
      id,
      words: { id0: 0, id1: 0, id2: 0, id3: 0 },
      partitions: null,
      bornAt: known === undefined ? Number.NEGATIVE_INFINITY : Number.NaN,
      ends: new Map(),
      formerId: known?.id ?? null,
    }
    if (id !== null) setTopicId(topic.words, wordsOfId(id), 0)
    this.#topics.set(name, topic)
    return topic
  }

  #release(topic: MutableTopic): void {
    for (const id of topic.ends.values()) {
      this.#owners[id] = null
      this.#free.push(id)
    }
    topic.ends.clear()
  }

  #newId(topic: MutableTopic): number {
    const id = this.#free.pop() ?? this.#owners.length
    this.#owners[id] = topic
    this.#steps[id] = { ends: new OffsetSteps(), starts: new OffsetSteps(), times: new Map() }
    if (id >= this.starts.length) {
      const length = this.starts.length * 2
      this.starts = grown(this.starts, new Float64Array(length))
      this.ends = grown(this.ends, new Float64Array(length))
      this.times = grown(this.times, new Float64Array(length))
      this.rounds = grown(this.rounds, new Float64Array(length))
    }
    return id
  }
}

/** A recording may hold any text as an id. */
function wordsOfId(id: string): DataView {
  const bytes = Buffer.alloc(16)
  bytes.write(id, 'base64url')
  return wordsOf(bytes)
}

function isSameId(a: TopicId, b: TopicId): boolean {
  return a.id0 === b.id0 && a.id1 === b.id1 && a.id2 === b.id2 && a.id3 === b.id3
}
