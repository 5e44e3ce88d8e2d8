import type { BatchFault, RecordBatch } from '../kafka/records/batch.ts'

/**
 * Every input of a reducer, each with its time. Events depend on inputs only: the same inputs in the same order give
 * the same events. Sources yield inputs; recordings store them.
 */
export type Input = BatchInput | FaultInput | SampleInput | TickInput | PositionInput

/** What a look at the cluster brought. */
export type SampleInput = LogEndInput | TopicInput | GroupStateInput | ShareStartInput | OffsetTimeInput

/** Inputs of one partition of `__consumer_offsets` come in log order. */
export interface BatchInput {
  readonly kind: 'batch'
  readonly batch: RecordBatch
}

export interface FaultInput {
  readonly kind: 'fault'
  readonly fault: BatchFault
}

/** A sample of a data partition's log, taken at `timestamp` (ms). */
export interface LogEndInput {
  readonly kind: 'logEnd'
  readonly topic: string
  /** The id of the sampled topic; without it, the sample belongs to the topic that has the name now. */
  readonly topicId?: string
  readonly partition: number
  readonly logStart: number
  readonly logEnd: number
  readonly timestamp: number
  /** When the broker had answered, ms; absent: at `timestamp`. */
  readonly answeredAt?: number
}

/** The state of a group as its coordinator listed it. */
export interface GroupStateInput {
  readonly kind: 'groupState'
  readonly group: string
  /** As Kafka names it: `PreparingRebalance`, `CompletingRebalance` or `Stable`. */
  readonly state: string
  /** The next offset to read of the group's partition of `__consumer_offsets`, when the coordinator was asked. */
  readonly position: number
  /** When the coordinator was asked, ms. */
  readonly timestamp: number
}

/** Where a share group stands in one partition, as its coordinator said. */
export interface ShareStartInput {
  readonly kind: 'shareStart'
  readonly group: string
  readonly topic: string
  /** Absent: of the topic that has the name now. */
  readonly topicId?: string
  readonly partition: number
  /** The first offset that may be delivered again. */
  readonly startOffset: number
  /** Records that are not acknowledged; absent: the broker does not say (before KIP-1226). */
  readonly lag?: number
  readonly timestamp: number
}

/** The time of a record of a topic, as ListOffsets found it. */
export interface OffsetTimeInput {
  readonly kind: 'offsetTime'
  readonly topic: string
  /** Absent: of the topic that has the name now. */
  readonly topicId?: string
  readonly partition: number
  /** Of the record: the first one at or after this offset. */
  readonly offset: number
  /** The timestamp of the record, ms. */
  readonly recordTime: number
  /** True: that is an upper bound of the record's timestamp. An earlier record has a later timestamp, or the same. */
  readonly atMost?: boolean
  /** When it was looked up, ms. */
  readonly timestamp: number
}

/** The name of a topic id (URL-safe base64 without padding, as Kafka prints it). */
export interface TopicInput {
  readonly kind: 'topic'
  readonly id: string
  readonly name: string
  /** Number of partitions of the topic now, 0 where it is deleted; absent: not reported. */
  readonly partitions?: number
}

/**
 * Advances time. The samples since the last other input form one round, and conditions are evaluated on it. Samples
 * without a tick are evaluated before the next batch or at the end.
 */
export interface TickInput {
  readonly kind: 'tick'
  /** Milliseconds since the epoch. Everything that happened before has been received. */
  readonly timestamp: number
  /**
   * Partitions of `__consumer_offsets` for which that is true; all unless given. In another partition a group may have
   * advanced without koff having read it yet.
   */
  readonly partitions?: readonly number[]
  /**
   * Partitions of `__consumer_offsets` whose coordinators listed their groups that rebalance: a group of theirs that no
   * `groupState` of the round names did not rebalance.
   */
  readonly listed?: readonly number[]
}

/**
 * The progress of a live source in one partition: everything below `position` has been yielded. The first one of a
 * partition comes before its batches, so that the end of its history is known.
 */
export interface PositionInput {
  readonly kind: 'position'
  readonly partition: number
  /** The next offset to fetch. The last record is not enough: a partition may end with a marker or a gap. */
  readonly position: number
  /** The partition's high watermark in the last response. */
  readonly logEnd: number
  /** When the broker sent it, ms. */
  readonly timestamp: number
}
