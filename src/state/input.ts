import type { BatchFault, RecordBatch } from '../kafka/records/batch.ts'

/**
 * Every input of a reducer, each with its time. Events depend on inputs only: the same inputs in the same order give
 * the same events. Sources yield inputs; recordings store them.
 */
export type Input = BatchInput | FaultInput | LogEndInput | TopicInput | TickInput | PositionInput

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
