import type { Fold } from '../engine/fold.ts'
import type { Sink } from '../engine/sink.ts'
import type { Source } from '../engine/source.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { Delivery } from './deliver.ts'
import { pipeline } from './pipeline.ts'

export interface ToSinksOptions {
  readonly source: Source
  readonly fold: Fold
  readonly sinks: readonly Sink[]
  readonly signal: AbortSignal
  /** Which events reach the sinks; by default all events of the fold. */
  readonly accept?: ((event: KoffEvent) => boolean) | undefined
}

/**
 * The way of data from a source to sinks, without a stored state, until the source ends or `signal` aborts. Every sink
 * has the events of a chunk before the next one is read: a slow sink slows the reading down, and memory stays bounded.
 */
export async function toSinks({ source, fold, sinks, signal, accept }: ToSinksOptions): Promise<void> {
  for (const sink of sinks) await sink.open(signal)
  const delivery = sinkDelivery(sinks, signal)
  const chunks = (ended: AbortSignal) => source.chunks(AbortSignal.any([signal, ended]))
  await pipeline({ chunks, fold, accept, delivery }).forEach(() => undefined)
  if (signal.aborted) return
  const last = fold.end()
  await delivery.take({ partition: null, input: null, events: accept === undefined ? last : last.filter(accept) })
  await delivery.endChunk()
}

function sinkDelivery(sinks: readonly Sink[], signal: AbortSignal): Delivery {
  let waiting: KoffEvent[] = []
  return {
    take({ events }) {
      // Nearly always empty: an iterator over nothing would cost as much as a few records.
      if (events.length > 0) for (const event of events) waiting.push(event)
      return undefined
    },
    async endChunk() {
      if (waiting.length === 0) return
      const events = waiting
      waiting = []
      await Promise.all(sinks.map(sink => sink.write(events, signal)))
    },
  }
}
