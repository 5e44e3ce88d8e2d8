import type { Opening } from '../base/opening.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { StateChange } from '../state/stored/entry.ts'
import type { StoredTable, TableCommit } from './groupTable.ts'

/** What one partition of `__consumer_offsets` made happen since the last commit, and what it left behind. */
export interface Commit {
  readonly events: readonly KoffEvent[]
  /** The last one is about the partition itself: from which position to go on. */
  readonly changes: readonly StateChange[]
  /** Where the output keeps a table of groups: what changes in it. */
  readonly table?: TableCommit | undefined
}

/** A table of groups that an output keeps beside the events. */
export interface OutputTable {
  readonly topic: string
  /** A group is not written again before this is over. */
  readonly everyMs: number
  /** As of the last commit of the partition; known when it is restored. Null: there was none with a table. */
  readonly stored: () => StoredTable | null
  /** Groups of this partition that have a value in the topic. */
  readonly shown: (signal: AbortSignal) => Promise<readonly string[]>
}

/**
 * Where the events go together with the state that they leave behind, so that a restart goes on where the events end.
 * How firmly the two are tied is what an implementation documents as its guarantee.
 */
export interface Output extends AsyncDisposable {
  /** For logs and metrics: `kafka`, `stdout`, … */
  readonly name: string
  /** As a sink's. */
  open(signal: AbortSignal, opening?: Opening): Promise<void>
  /** Fails where nothing can be written at present for a reason that is not the partition's: its topic was deleted. */
  check?(): Promise<void>
  /**
   * Makes this instance the owner of a partition: when it resolves, whoever was it before can commit no more, and what
   * it left half done is undone.
   */
  own(partition: number, signal: AbortSignal): Promise<PartitionOutput>
}

/** One owned partition. Not to be used by two callers at once; after a failure it is of no use any more. */
export interface PartitionOutput extends AsyncDisposable {
  /** Gives the stored state, in parts: of one key the last entry counts. Nothing where nobody ever committed. */
  restore(signal: AbortSignal): AsyncIterable<readonly StateChange[]>
  /** Undefined where the output keeps no table of groups. */
  readonly table?: OutputTable | undefined
  /** Resolves when all of it is durable. A failure leaves it open whether it is: the next owner finds out. */
  commit(commit: Commit): Promise<void>
}
