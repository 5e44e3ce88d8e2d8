import type { Sink } from '../engine/sink.ts'
import { type ItemSink, isItemSink } from '../history/itemSink.ts'
import { countEvents, type Measuring } from './measuredOutput.ts'

/** A sink that counts and times its writes. */
export function measuredSink(sink: Sink, measuring: Measuring): Sink {
  const measured = measuredWrites(sink, measuring)
  if (!isItemSink(sink)) return measured
  const keep: ItemSink['keep'] = (items, signal) => sink.keep(items, signal)
  return Object.assign(measured, { keep, retained: () => sink.retained() })
}

function measuredWrites(sink: Sink, measuring: Measuring): Sink {
  const { telemetry, log, pipeline } = measuring
  return {
    name: sink.name,
    open: (signal, opening) => sink.open(signal, opening),
    async write(events, signal) {
      const start = performance.now()
      await sink.write(events, signal)
      const durationMs = performance.now() - start
      telemetry.observe('koff_write_duration_seconds', { pipeline }, durationMs / 1000)
      countEvents(events, measuring)
      const fields = { pipeline, events: events.length, durationMs: Math.round(durationMs) }
      log.debug(`pipeline ${pipeline}: ${events.length} events are written`, fields)
    },
    [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
  }
}
