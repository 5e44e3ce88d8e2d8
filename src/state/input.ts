import type { BatchFault, RecordBatch } from '../kafka/records/batch.ts'

/**
 * Everything a reducer ever sees, each with its time: what is not an input does not influence an event.
 * Sources yield them; recordings hold them; the same inputs in the same order give the same events.
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
  /** Of the topic that was sampled; absent: of the one that has the name now. */
  readonly topicId?: string
  readonly partition: number
  readonly logStart: number
  readonly logEnd: number
  readonly timestamp: number
}

/** What a topic id (URL-safe base64 without padding, as Kafka prints it) is called. */
export interface TopicInput {
  readonly kind: 'topic'
  readonly id: string
  readonly name: string
  /** How many partitions the topic has now, 0 where it is gone; absent: not told. */
  readonly partitions?: number
}

/**
 * Time goes on, and the samples since the last input that was none are a round: conditions are judged. Samples without a
 * tick are judged all the same, before the next batch or at the end.
 */
export interface TickInput {
  readonly kind: 'tick'
  /** Milliseconds since the epoch. Everything that happened until then is told already. */
  readonly timestamp: number
  /**
   * Partitions of `__consumer_offsets` of which that is true; all of them unless given. Of another the group may long
   * have got on, and koff has not read it yet.
   */
  readonly partitions?: readonly number[]
}

/**
 * A live source's progress in one partition: everything below `position` has been yielded. The first one of a partition comes
 * before its batches, so that the end of its history is known.
 */
export interface PositionInput {
  readonly kind: 'position'
  readonly partition: number
  /** The next offset to fetch. Judged by this, not by the last record: a partition may end in a marker or a hole. */
  readonly position: number
  /** The partition's high watermark as the broker last said. */
  readonly logEnd: number
  /** When the broker said so, ms. */
  readonly timestamp: number
}
