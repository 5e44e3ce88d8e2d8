import type { Source } from '../engine/source.ts'

/** `__consumer_offsets` as it is now: what a stored state is held against before it is gone on with. */
export interface SourceLog {
  /** Kafka's id of the topic; null from brokers before 2.8, which have none. */
  readonly topicId: string | null
  /** How many it has. */
  readonly partitions: number
  /** Where the log of a partition starts and ends. Fails with a retriable KoffError while no leader says so. */
  range(partition: number, signal: AbortSignal): Promise<LogRange>
  /** How long the log keeps tombstones, ms: `delete.retention.ms`. */
  tombstonesKeptMs(signal: AbortSignal): Promise<number>
  /** A partition from an offset, or from the first record after it, to where it ends now; uncommitted. */
  read(partition: number, from: number, signal: AbortSignal): Promise<Source>
}

export interface LogRange {
  readonly start: number
  readonly end: number
}
