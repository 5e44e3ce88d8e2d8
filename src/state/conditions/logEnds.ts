import type { LogEndInput } from '../input.ts'
import { grown } from '../offsets/keyIndex.ts'

/**
 * Where the logs of data partitions start and end, as last sampled, and how many partitions topics have. Shared by all
 * partitions of `__consumer_offsets`: it says something of the cluster, not of groups. Each partition sampled has a
 * dense id, so that rows of offsets can hold on to it.
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
  #count = 0
  readonly #ids = new Map<string, Map<number, number>>()
  readonly #partitions = new Map<string, number>()

  get size(): number {
    return this.#count
  }

  /** True where a sample of the partition came in this round: another one begins the next. */
  hasInRound(topic: string, partition: number): boolean {
    const id = this.idOf(topic, partition)
    return id >= 0 && this.rounds[id] === this.round
  }

  /** Takes a sample. Also an older one than before: then the clock was set back, and what it says is newer. */
  add({ topic, partition, logStart, logEnd, timestamp }: LogEndInput): void {
    let id = this.idOf(topic, partition)
    if (id < 0) id = this.#newId(topic, partition)
    this.starts[id] = logStart
    this.ends[id] = logEnd
    this.times[id] = timestamp
    this.rounds[id] = this.round
    this.roundTime = Math.max(this.roundTime, timestamp)
  }

  /** What comes from here on belongs to the next round. */
  endRound(): void {
    this.round++
    this.roundTime = -1
  }

  /** -1 for a partition that was never sampled. */
  idOf(topic: string, partition: number): number {
    return this.#ids.get(topic)?.get(partition) ?? -1
  }

  /** 0: the topic is gone. */
  setPartitions(topic: string, count: number): void {
    if (this.#partitions.get(topic) === count) return
    this.#partitions.set(topic, count)
    this.topicsVersion++
  }

  /** How many partitions a topic has; null: nobody told. */
  partitionsOf(topic: string): number | null {
    return this.#partitions.get(topic) ?? null
  }

  #newId(topic: string, partition: number): number {
    const id = this.#count++
    if (id >= this.starts.length) {
      const length = this.starts.length * 2
      this.starts = grown(this.starts, new Float64Array(length))
      this.ends = grown(this.ends, new Float64Array(length))
      this.times = grown(this.times, new Float64Array(length))
      this.rounds = grown(this.rounds, new Float64Array(length))
    }
    let partitions = this.#ids.get(topic)
    if (partitions === undefined) {
      partitions = new Map()
      this.#ids.set(topic, partitions)
    }
    partitions.set(partition, id)
    return id
  }
}
