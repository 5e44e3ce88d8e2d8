import type { Sink } from '../engine/sink.ts'
import type { HistoryItem } from './items.ts'

/** A sink that keeps more than events. As of `write`, there is one call at a time, of either. */
export interface ItemSink extends Sink {
  keep(items: readonly HistoryItem[], signal: AbortSignal): Promise<void>
  /** What its retention did since the start; null where it has none. */
  retained(): Retained | null
}

export interface Retained {
  /** Rows by table. */
  readonly removed: Readonly<Record<string, number>>
  readonly failures: number
  /** What the rows take, about; null: not looked at yet. */
  readonly bytes: number | null
}

export function isItemSink(sink: Sink): sink is ItemSink {
  return 'keep' in sink
}
