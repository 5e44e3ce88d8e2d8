import type { KoffEvent } from '../events/envelope.ts'
import type { Fold } from './fold.ts'
import type { Sink } from './sink.ts'
import type { Source } from './source.ts'

export interface EngineOptions {
  readonly source: Source
  readonly fold: Fold
  readonly sinks: readonly Sink[]
  readonly signal: AbortSignal
  /** Which events reach the sinks; by default all that the fold gives. */
  readonly accept?: (event: KoffEvent) => boolean
}

/**
 * The way of data: source → fold → sinks, until the source ends or `signal` aborts. One chunk at a time, and the next is
 * asked for only when every sink has the events of the last: a slow sink slows the reading down, memory stays bounded.
 */
export async function runEngine({ source, fold, sinks, signal, accept }: EngineOptions): Promise<void> {
  const deliver = async (events: readonly KoffEvent[]) => {
    const accepted = accept === undefined ? events : events.filter(accept)
    if (accepted.length > 0) await Promise.all(sinks.map(sink => sink.write(accepted, signal)))
  }
  for (const sink of sinks) await sink.open(signal)
  for await (const chunk of source.chunks(signal)) {
    const events: KoffEvent[] = []
    for (const input of chunk) {
      const made = fold.apply(input)
      // Nearly always none: an iterator for nothing would cost as much as a few records
      if (made.length > 0) for (const event of made) events.push(event)
    }
    await deliver(events)
    if (signal.aborted) return
  }
  if (!signal.aborted) await deliver(fold.end())
}
