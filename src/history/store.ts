import type { HistoryItem } from './items.ts'
import type { PruneHistoryOptions } from './openHistory.ts'
import type { Pruned } from './prune.ts'

/** A value that goes into or comes out of a column. */
export type SqlValue = string | number | bigint | null | Uint8Array
export type Row = Readonly<Record<string, SqlValue>>

/** Reads a history. SQL is the same for both databases, with `?` for each parameter. */
export interface HistoryReader {
  /** @throws KoffError HISTORY_UNAVAILABLE; HISTORY_TIMEOUT where it takes longer than the time limit. */
  all(sql: string, parameters?: readonly SqlValue[]): Promise<Row[]>
  /** The condition that a column fits a pattern with * and ?, and its parameter. */
  glob(column: string, pattern: string): { readonly sql: string; readonly value: string }
}

/**
 * A history: what happened to groups, how they stood, and from when to when all of that is known.
 *
 * Guarantee: what `write` was given is durable when it resolves, all or nothing, each event once (by cluster and id) and
 * each other item once (by its position in `__consumer_offsets`), whoever repeats it.
 */
export interface HistoryStore extends HistoryReader, AsyncDisposable {
  /** For messages, without a password. */
  readonly name: string
  /** Takes items in. Not to be called again before it has settled. */
  write(items: readonly HistoryItem[], signal?: AbortSignal): Promise<Written>
  /** Removes what is too old, in small steps beside the writing. */
  prune(options: PruneHistoryOptions): Promise<Pruned>
  /** Bytes that its rows take with their indexes, about. */
  size(): Promise<number>
}

export interface Written {
  /** Events that were not there before. */
  readonly events: number
  /** Other items that were not there before. */
  readonly items: number
}
