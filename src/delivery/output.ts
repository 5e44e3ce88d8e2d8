import type { Opening } from '../base/opening.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { HistoryItem } from '../history/items.ts'
import type { StateChange } from '../state/stored/entry.ts'
import type { StoredTable, TableCommit } from './groupTable.ts'

/**
 * What koff commits of one partition of `__consumer_offsets`: the events since the last checkpoint, and the resulting
 * changes of its state.
 */
export interface Checkpoint {
  readonly events: readonly KoffEvent[]
  /** The last one is about the partition itself: the position to continue from. */
  readonly changes: readonly StateChange[]
  /** The changes of the groups topic, where the output has one. */
  readonly table?: TableCommit | undefined
  /** Where a history is kept: what belongs into it beside the events. */
  readonly history?: readonly HistoryItem[] | undefined
}

/** The groups topic of an output. */
export interface OutputTable {
  readonly topic: string
  /** The minimum time between two writes of a group. */
  readonly everyMs: number
  /** From the last checkpoint of the partition; known when it is restored. Null: it had none. */
  readonly stored: () => StoredTable | null
  /** Groups of this partition that have a value in the topic. */
  readonly shown: (signal: AbortSignal) => Promise<readonly string[]>
}

/**
 * A destination of events together with the resulting state, so that a restart continues after the last event. An
 * implementation documents as its guarantee how firmly the two are tied.
 */
export interface Output extends AsyncDisposable {
  /** For logs and metrics: `kafka`, `stdout`, … */
  readonly name: string
  /** As for a sink. */
  open(signal: AbortSignal, opening?: Opening): Promise<void>
  /** Fails while nothing can be written for a reason that does not depend on the partition: the topic was deleted. */
  check?(): Promise<void>
  /**
   * Makes this instance the owner of a partition: when it resolves, the previous owner can no longer commit, and its
   * open transaction is aborted.
   */
  own(partition: number, signal: AbortSignal): Promise<PartitionOutput>
}

/** One owned partition. For one caller at a time; it must not be used after a failure. */
export interface PartitionOutput extends AsyncDisposable {
  /** The stored state, in parts: of one key the last entry counts. Empty before the first checkpoint. */
  restore(signal: AbortSignal): AsyncIterable<readonly StateChange[]>
  /** Undefined where the output has no groups topic. */
  readonly table?: OutputTable | undefined
  /** Resolves when all of it is durable. After a failure that is unknown: the next owner finds out. */
  commit(checkpoint: Checkpoint): Promise<void>
}
