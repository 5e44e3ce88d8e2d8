import type { Source } from '../engine/source.ts'

/** The present `__consumer_offsets`, against which a stored state is checked before koff continues from it. */
export interface SourceLog {
  /** Kafka's id of the topic; null from brokers before 2.8, which have none. */
  readonly topicId: string | null
  /** Number of its partitions. */
  readonly partitions: number
  /** The start and the end of the log of a partition. Fails with a retriable KoffError while no leader reports them. */
  range(partition: number, signal: AbortSignal): Promise<LogRange>
  /**
   * Up to where the log is the one that was read up to `position`, whose last batch had that leader epoch: `position`, or
   * below it where the log was truncated and grew again. Fails as `range` does.
   */
  commonEnd(partition: number, read: ReadPlace, signal: AbortSignal): Promise<number>
  /** How long the log keeps tombstones, ms: `delete.retention.ms`. */
  tombstonesKeptMs(signal: AbortSignal): Promise<number>
  /** A partition from an offset, or from the first record after it, to its present end; uncommitted. */
  read(partition: number, from: number, signal: AbortSignal): Promise<Source>
}

export interface ReadPlace {
  readonly position: number
  /** -1: not known. */
  readonly leaderEpoch: number
}

export interface LogRange {
  readonly start: number
  readonly end: number
}
