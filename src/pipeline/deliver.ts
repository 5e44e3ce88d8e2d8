import type { OperatorFunction } from 'rxjs'
import type { Chunk } from './chunk.ts'
import type { Outcome } from './conditions.ts'
import { concatMap, tap } from './rxjs.ts'

/** The destination of outcomes. */
export interface Delivery {
  /** Takes one outcome. Where it returns a promise, the next outcome waits for it. */
  take(outcome: Outcome): Promise<void> | undefined
  /** The chunk is at its end; resolves when the next chunk may be read. */
  endChunk(): Promise<void>
}

/**
 * Delivers each outcome in order, and requests the next chunk when the last one is delivered. With a `Delivery` of
 * owned partitions, events, state and position are one commit.
 */
export function deliver(delivery: Delivery): OperatorFunction<Chunk<Outcome>, Chunk<Outcome>> {
  const run = async (chunk: Chunk<Outcome>) => {
    for (const outcome of chunk.items) {
      const waiting = delivery.take(outcome)
      if (waiting !== undefined) await waiting
    }
    await delivery.endChunk()
    return chunk
  }
  // In this order: the source is notified of a delivered chunk last.
  return chunks => chunks.pipe(concatMap(run), tap({ next: chunk => queueMicrotask(chunk.delivered) }))
}
