import { backOffMs } from '../../base/backOff.ts'
import { KoffError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { ranges } from '../../base/ranges.ts'
import type { Troubles } from '../../engine/source.ts'
import type { FaultInput } from '../../state/input.ts'
import { authorizationFailure } from '../client/brokerFailure.ts'
import { codes, errorName } from '../protocol/errors.ts'
import { logEnd, logStart } from '../protocol/listOffsets.ts'
import type { TopicMetadata } from '../protocol/metadata.ts'
import { beginAnew, type FollowedPartition, followedPartition, lastEpoch } from './followedPartition.ts'
import { absentText } from './hiddenTopic.ts'
import { createTroubles } from './troubles.ts'

/** Where to begin: for all partitions alike, or by partition (the others from the earliest). */
export type From = 'earliest' | 'latest' | { readonly timestamp: number } | ReadonlyMap<number, number>

export interface PartitionTableOptions {
  readonly topic: string
  /** Null for all that there are, and will be. */
  readonly partitions: readonly number[] | null
  readonly from: From
  /** True to read no further than to the end of each partition as it was at its first answer. */
  readonly untilEnd: boolean
  /** Nothing that the partitions hold was there before koff started. */
  readonly isNew: boolean
  readonly metadataMaxAgeMs: number
  readonly log: Log
  /** Told instead of the log. */
  readonly troubles?: Troubles | undefined
}

/** How long to wait after failures in a row. The first wait is as short as an election takes in a healthy cluster. */
const backOff = { firstMs: 50, maxMs: 5000 }
const absentTopicMs = 1000

/** The partitions of one topic as the cluster's metadata tell of them, and when to ask for younger ones. */
export class PartitionTable {
  readonly partitions = new Map<number, FollowedPartition>()
  /** On the clock of `performance.now()`. */
  metadataDueAt = 0
  /** True from the first metadata on, whether they held the topic or not: what comes later is read from its start. */
  isOpen = false
  readonly #options: PartitionTableOptions
  readonly #troubles: Troubles
  #topicId: string | null = null
  #isAbsent = false
  #failures = 0

  constructor(options: PartitionTableOptions) {
    this.#options = options
    this.#troubles = options.troubles ?? createTroubles(options.topic, options.log)
  }

  /** `broker` told them; undefined for a topic that it does not know. Throws where koff may not see the topic. */
  hearMetadata(metadata: TopicMetadata | undefined, broker: string): readonly FaultInput[] {
    const { topic } = this.#options
    const code = metadata?.errorCode ?? codes.UNKNOWN_TOPIC_OR_PARTITION
    if (code === codes.TOPIC_AUTHORIZATION_FAILED) throw authorizationFailure(broker, 'Describe', topic)
    this.#failures = 0
    this.metadataDueAt = performance.now() + this.#options.metadataMaxAgeMs
    const faults = metadata === undefined || code !== 0 ? this.#hearNoTopic(code) : this.#hearTopic(metadata)
    this.isOpen = true
    return faults
  }

  /** Nobody answered. */
  hearNoMetadata(reason: string): void {
    this.#failures++
    this.#askAfter(this.#failures)
    this.#troubles.begin([...this.partitions.keys()], reason)
  }

  /** These cannot be read now: they wait for younger metadata, the longer the more often that happened in a row. */
  fail(partitions: readonly FollowedPartition[], reason: string): void {
    for (const followed of partitions) {
      followed.failures++
      followed.isStale = true
      this.#askAfter(followed.failures)
    }
    this.#troubles.begin(
      partitions.map(({ partition }) => partition),
      reason,
    )
  }

  /** These were read. */
  succeed(partitions: readonly FollowedPartition[]): void {
    for (const followed of partitions) followed.failures = 0
    this.#troubles.end(partitions.map(({ partition }) => partition))
  }

  #hearNoTopic(code: number): readonly FaultInput[] {
    const { topic, log, untilEnd } = this.#options
    const isAbsent = code === codes.UNKNOWN_TOPIC_OR_PARTITION || code === codes.LEADER_NOT_AVAILABLE
    this.metadataDueAt = performance.now() + absentTopicMs
    // A broker that has just started may not know the topic yet: once is not enough.
    const isDeleted = isAbsent && this.#isAbsent
    const reason = isDeleted ? `topic ${topic} was deleted; waiting for it to be there again` : errorName(code)
    this.#troubles.begin([...this.partitions.keys()], reason, isDeleted ? 'deleted' : 'passing')
    if (isAbsent && this.#isAbsent) return []
    this.#isAbsent = isAbsent
    if (!isAbsent)
      log.warn(`${topic}: ${errorName(code)}; trying again until it works`, { topic, reason: errorName(code) })
    else if (this.partitions.size === 0)
      log.info(absentText(topic, untilEnd ? 'nothing to read' : 'waiting for it'), { topic })
    return []
  }

  #hearTopic(metadata: TopicMetadata): readonly FaultInput[] {
    const { topic, log, partitions: wanted } = this.#options
    const numbers = metadata.partitions.map(({ partition }) => partition)
    const missing = (wanted ?? []).filter(number => !numbers.includes(number))
    if (missing.length > 0) {
      throw new KoffError('USAGE', `${topic} has ${numbers.length} partitions; ${ranges(missing)} is not one of them`)
    }
    if (this.#isAbsent && this.partitions.size === 0) log.info(`${topic} is there now`, { topic })
    this.#isAbsent = false
    const faults = this.#hearTopicId(metadata)
    for (const partition of this.partitions.keys()) if (!numbers.includes(partition)) this.partitions.delete(partition)
    for (const { partition, leader, leaderEpoch } of metadata.partitions) {
      const followed = this.#followed(partition)
      if (followed !== null) this.#hearLeader(followed, leader, leaderEpoch)
    }
    return faults
  }

  #hearTopicId({ id }: TopicMetadata): readonly FaultInput[] {
    const { topic, log } = this.#options
    const isAnother = this.#topicId !== null && id !== null && id !== this.#topicId
    this.#topicId = id ?? this.#topicId
    if (!isAnother) return []
    log.warn(`${topic} was deleted and created anew: reading it from its start`, { topic })
    return [...this.partitions.values()].flatMap(followed => beginAnew(followed, topic) ?? [])
  }

  #followed(partition: number): FollowedPartition | null {
    const { partitions: wanted, from, untilEnd } = this.#options
    const known = this.partitions.get(partition)
    if (known !== undefined) return known
    if (wanted?.includes(partition) === false || (this.isOpen && untilEnd)) return null
    const isLate = this.isOpen
    const start = isLate && !(from instanceof Map) ? logStart : startOf(from, partition)
    const followed = followedPartition({ partition, start, isLate: isLate || this.#options.isNew })
    this.partitions.set(partition, followed)
    return followed
  }

  #hearLeader(followed: FollowedPartition, leader: number, leaderEpoch: number): void {
    // A broker that lags behind would send us back to the leader before.
    if (leader < 0 || leaderEpoch < followed.leaderEpoch) {
      followed.isStale = true
      followed.failures++
      this.#askAfter(followed.failures)
      return
    }
    const isNew = followed.leaderEpoch >= 0 && leaderEpoch > followed.leaderEpoch
    if (isNew && followed.question === null && lastEpoch(followed) >= 0) followed.question = { kind: 'epoch' }
    followed.leader = leader
    followed.leaderEpoch = leaderEpoch
    followed.isStale = false
  }

  #askAfter(failures: number): void {
    this.metadataDueAt = Math.min(this.metadataDueAt, performance.now() + backOffMs(failures, backOff))
  }
}

function startOf(from: From, partition: number): number | bigint {
  if (from === 'earliest') return logStart
  if (from === 'latest') return logEnd
  if ('timestamp' in from) return BigInt(from.timestamp)
  return from.get(partition) ?? logStart
}
