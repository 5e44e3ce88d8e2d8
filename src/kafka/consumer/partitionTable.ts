import { backOffMs } from '../../base/backOff.ts'
import { KoffError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { PartitionOutages } from '../../base/outage.ts'
import { ranges } from '../../base/ranges.ts'
import { authorizationFailure } from '../client/brokerFailure.ts'
import { codes, errorName } from '../protocol/errors.ts'
import { logEnd, logStart } from '../protocol/listOffsets.ts'
import type { TopicMetadata } from '../protocol/metadata.ts'
import type { BatchFault } from '../records/batch.ts'
import { type Cursor, cursorAt, hasReachedEnd, lastEpoch, restart } from './cursor.ts'
import { limitOf, type OutageLimits, outageIn } from './outageLimits.ts'

/** Where to begin: for all partitions, or by partition (the others from the earliest). */
export type From = 'earliest' | 'latest' | { readonly timestamp: number } | ReadonlyMap<number, number>

export interface PartitionTableOptions {
  readonly topic: string
  /** Null for all present and future ones. */
  readonly partitions: readonly number[] | null
  readonly from: From
  /** True to read up to the end that each partition had in its first response. */
  readonly untilEnd: boolean
  /** How long reading may fail before koff gives up. */
  readonly limits: OutageLimits
  /** The topic was created after the start, so no record is older. */
  readonly isNew: boolean
  readonly metadataMaxAgeMs: number
  readonly log: Log
  /** Receives partitions that cannot be read for a while. */
  readonly outages: PartitionOutages
  /** Logged when the topic does not exist; `isWaiting`: the reading waits for it. */
  readonly absentText: (isWaiting: boolean) => string
}

/** The wait after consecutive failures; at first, as long as an election takes in a healthy cluster. */
const backOff = { firstMs: 50, maxMs: 5000 }
const absentTopicMs = 1000

/** The partitions of one topic from the cluster's metadata, and when to refresh it. */
export class PartitionTable {
  readonly cursors = new Map<number, Cursor>()
  /** On the clock of `performance.now()`. */
  metadataDueAt = 0
  /**
   * True from the first metadata on, with or without the topic: partitions that are added later are read from their
   * start.
   */
  isOpen = false
  readonly #options: PartitionTableOptions
  #topicId: string | null = null
  #isAbsent = false
  #failures = 0
  /** Some partition was read. */
  #hasBegun = false

  constructor(options: PartitionTableOptions) {
    this.#options = options
  }

  /** How long an outage may last now, ms; Infinity: for ever. */
  get outageLimitMs(): number {
    return limitOf(this.#options.limits, !this.#hasBegun)
  }

  /** Fails with BROKER_UNREACHABLE where an outage exceeds its limit; otherwise the time that is left, ms. */
  checkOutage(): number {
    const { topic, limits, untilEnd } = this.#options
    const all = [...this.cursors.values()]
    const unread = untilEnd ? all.filter(cursor => !hasReachedEnd(cursor)) : all
    const outage = outageIn(unread, limits, this.#hasBegun)
    if (outage === null) return Number.POSITIVE_INFINITY
    const leftMs = outage.until - performance.now()
    if (leftMs > 0) return leftMs
    const what = `${topic} ${ranges(outage.partitions)} could not be read within ${outage.limitMs / 1000} s`
    throw new KoffError('BROKER_UNREACHABLE', `${what}: ${outage.reason}`, { retriable: true })
  }

  /** The metadata from `broker`; undefined for an unknown topic. Throws where the client may not see the topic. */
  receiveMetadata(metadata: TopicMetadata | undefined, broker: string): readonly BatchFault[] {
    const { topic } = this.#options
    const code = metadata?.errorCode ?? codes.UNKNOWN_TOPIC_OR_PARTITION
    if (code === codes.TOPIC_AUTHORIZATION_FAILED) throw authorizationFailure(broker, 'Describe', topic)
    this.#failures = 0
    this.metadataDueAt = performance.now() + this.#options.metadataMaxAgeMs
    const faults = metadata === undefined || code !== 0 ? this.#receiveNoTopic(code) : this.#receiveTopic(metadata)
    this.isOpen = true
    return faults
  }

  /** No broker answered. */
  metadataFailed(reason: string): void {
    this.#failures++
    this.#askAfter(this.#failures)
    for (const cursor of this.cursors.values()) noteFailure(cursor, reason)
    this.#options.outages.begin([...this.cursors.keys()], reason)
  }

  /**
   * These could not be read in an attempt that began at `since`, now unless given. They wait for younger metadata, the longer
   * the more failures there are in a row.
   */
  fail(cursors: readonly Cursor[], reason: string, since?: number): void {
    for (const cursor of cursors) {
      cursor.failures++
      cursor.isStale = true
      noteFailure(cursor, reason, since)
      this.#askAfter(cursor.failures)
    }
    this.#options.outages.begin(
      cursors.map(({ partition }) => partition),
      reason,
    )
  }

  /** These were read. */
  succeed(cursors: readonly Cursor[]): void {
    for (const cursor of cursors) {
      cursor.failures = 0
      cursor.failing = null
    }
    this.#hasBegun ||= cursors.length > 0
    this.#options.outages.end(cursors.map(({ partition }) => partition))
  }

  #receiveNoTopic(code: number): readonly BatchFault[] {
    const { topic, log, untilEnd, outages, absentText } = this.#options
    const isAbsent = code === codes.UNKNOWN_TOPIC_OR_PARTITION || code === codes.LEADER_NOT_AVAILABLE
    this.metadataDueAt = performance.now() + absentTopicMs
    const partitions = [...this.cursors.keys()]
    // A broker that has just started may not know the topic yet: one response is not enough.
    const isDeleted = isAbsent && this.#isAbsent && partitions.length > 0
    const reason = isDeleted ? `topic ${topic} was deleted; koff waits until it is recreated` : errorName(code)
    outages.begin(partitions, reason, isDeleted ? 'deleted' : 'passing')
    if (isAbsent && this.#isAbsent) return []
    this.#isAbsent = isAbsent
    if (!isAbsent) log.warn(`${topic}: ${reason}; retrying until it works`, { topic, reason })
    else if (partitions.length === 0) log.info(absentText(!untilEnd), { topic })
    return []
  }

  #receiveTopic(metadata: TopicMetadata): readonly BatchFault[] {
    const { topic, log, partitions: wanted } = this.#options
    const numbers = metadata.partitions.map(({ partition }) => partition)
    const missing = (wanted ?? []).filter(number => !numbers.includes(number))
    if (missing.length > 0) {
      throw new KoffError('USAGE', `${topic} has ${numbers.length} partitions; ${ranges(missing)} is not one of them`)
    }
    if (this.#isAbsent && this.cursors.size === 0) log.info(`${topic} now exists`, { topic })
    this.#isAbsent = false
    const faults = this.#receiveTopicId(metadata)
    for (const partition of this.cursors.keys()) if (!numbers.includes(partition)) this.cursors.delete(partition)
    for (const { partition, leader, leaderEpoch } of metadata.partitions) {
      const cursor = this.#cursor(partition)
      if (cursor !== null) this.#receiveLeader(cursor, leader, leaderEpoch)
    }
    return faults
  }

  #receiveTopicId({ id }: TopicMetadata): readonly BatchFault[] {
    const { topic, log } = this.#options
    const isAnother = this.#topicId !== null && id !== null && id !== this.#topicId
    this.#topicId = id ?? this.#topicId
    if (!isAnother) return []
    log.warn(`${topic} was deleted and recreated: koff reads it from its start`, { topic })
    return [...this.cursors.values()].flatMap(cursor => restart(cursor, topic) ?? [])
  }

  #cursor(partition: number): Cursor | null {
    const { partitions: wanted, from, untilEnd } = this.#options
    const known = this.cursors.get(partition)
    if (known !== undefined) return known
    if (wanted?.includes(partition) === false || (this.isOpen && untilEnd)) return null
    const isLate = this.isOpen
    const start = isLate && !(from instanceof Map) ? logStart : startOf(from, partition)
    const cursor = cursorAt({ partition, start, isLate: isLate || this.#options.isNew })
    this.cursors.set(partition, cursor)
    return cursor
  }

  #receiveLeader(cursor: Cursor, leader: number, leaderEpoch: number): void {
    // A broker with old metadata names a former leader.
    if (leader < 0 || leaderEpoch < cursor.leaderEpoch) {
      cursor.isStale = true
      cursor.failures++
      noteFailure(cursor, leader < 0 ? 'the partition has no leader' : 'the cluster names a former leader')
      this.#askAfter(cursor.failures)
      return
    }
    const isNew = cursor.leaderEpoch >= 0 && leaderEpoch > cursor.leaderEpoch
    if (isNew && cursor.lookup === null && lastEpoch(cursor) >= 0) cursor.lookup = { kind: 'epoch' }
    cursor.leader = leader
    cursor.leaderEpoch = leaderEpoch
    cursor.isStale = false
  }

  #askAfter(failures: number): void {
    this.metadataDueAt = Math.min(this.metadataDueAt, performance.now() + backOffMs(failures, backOff))
  }
}

function noteFailure(cursor: Cursor, reason: string, since = performance.now()): void {
  cursor.failing = { since: cursor.failing?.since ?? since, reason }
}

function startOf(from: From, partition: number): number | bigint {
  if (from === 'earliest') return logStart
  if (from === 'latest') return logEnd
  if ('timestamp' in from) return BigInt(from.timestamp)
  return from.get(partition) ?? logStart
}
