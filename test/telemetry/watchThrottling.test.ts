import { channel } from 'node:diagnostics_channel'
import { expect, test } from 'vitest'
import { noTelemetry } from '../../src/telemetry/telemetry.ts'
import { watchThrottling } from '../../src/telemetry/watchThrottling.ts'
import { linesTo } from '../engine/linesTo.ts'

/* With a broker that has a quota: test/live/throttling.test.ts. */

test('throttling is counted each time and logged once', () => {
  const lines: string[] = []
  const counted: unknown[] = []
  const count = (metric: string, _: unknown, by?: number) => void counted.push([metric, by])
  const responses = channel('koff:response')
  {
    using _watch = watchThrottling({ telemetry: { ...noTelemetry, count }, log: linesTo(lines) })
    responses.publish({ broker: 'a:9092', name: 'Metadata', throttleMs: 0 })
    responses.publish({ broker: 'a:9092', name: 'Fetch', throttleMs: 1_500 })
    responses.publish({ broker: 'b:9092', name: 'Produce', throttleMs: 500 })
  }
  responses.publish({ broker: 'a:9092', name: 'Fetch', throttleMs: 700 })
  expect(counted).toEqual([
    ['koff_throttle_seconds_total', 1.5],
    ['koff_throttle_seconds_total', 0.5],
  ])
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(
    /^a:9092 throttles koff: after a Fetch it waits 1500 ms, because koff exceeds a quota; koff continues/,
  )
})
