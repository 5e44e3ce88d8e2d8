import { countEvents, type Measuring } from './delivery/measuredOutput.ts'
import type { Sink } from './sink.ts'

/** A sink whose writes are counted and timed. */
export function measuredSink(sink: Sink, { telemetry, pipeline }: Measuring): Sink {
  return {
    name: sink.name,
    open: signal => sink.open(signal),
    async write(events, signal) {
      const start = performance.now()
      await sink.write(events, signal)
      telemetry.observe('koff_write_duration_seconds', { pipeline }, (performance.now() - start) / 1000)
      countEvents(events, { telemetry, pipeline })
    },
    [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
  }
}
