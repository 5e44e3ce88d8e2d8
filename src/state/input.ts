import type { BatchFault, RecordBatch } from '../wire/batch.ts'

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
}

export interface TickInput {
  readonly kind: 'tick'
  /** Milliseconds since the epoch. */
  readonly timestamp: number
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
