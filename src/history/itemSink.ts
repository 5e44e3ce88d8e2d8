import type { Sink } from '../engine/sink.ts'
import type { HistoryItem } from './items.ts'

/** A sink that keeps more than events. As of `write`, there is one call at a time, of either. */
export interface ItemSink extends Sink {
  keep(items: readonly HistoryItem[], signal: AbortSignal): Promise<void>
}

export function isItemSink(sink: Sink): sink is ItemSink {
  return 'keep' in sink
}
