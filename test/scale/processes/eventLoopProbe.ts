import { appendFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

/*
 * Loaded into koff (`--import`): at each SIGUSR2 it appends to a file how long the event loop was held since the last one.
 */
const file = process.env['KOFF_TEST_EVENT_LOOP']
if (isMainThread && file !== undefined) {
  const histogram = monitorEventLoopDelay({ resolution: 10 })
  histogram.enable()
  process.on('SIGUSR2', () => {
    const { max } = histogram
    const at = (percentile: number) => histogram.percentile(percentile) / 1e6
    appendFileSync(file, `${JSON.stringify({ p50: at(50), p99: at(99), p999: at(99.9), max: max / 1e6 })}\n`)
    histogram.reset()
  })
}
