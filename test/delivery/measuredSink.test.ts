import { expect, test } from 'vitest'
import { measuredSink } from '../../src/delivery/measuredSink.ts'
import type { Sink } from '../../src/engine/sink.ts'
import { noTelemetry, type Telemetry } from '../../src/telemetry/telemetry.ts'
import { linesTo } from '../engine/linesTo.ts'
import { events } from '../sinks/events.ts'

const { signal } = new AbortController()

test('writes are counted by type and timed when they are done; what fails is handed on and counts for nothing', async () => {
  const counted: unknown[] = []
  const durations: number[] = []
  const lines: string[] = []
  const telemetry: Telemetry = {
    ...noTelemetry,
    count: (metric, labels, by = 1) => counted.push([metric, labels, by]),
    observe: (_metric, _labels, value) => durations.push(value),
  }
  let failing = false
  const sink: Sink = {
    name: 'notes',
    open: async () => undefined,
    write: async () => {
      if (failing) throw new Error('full')
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
  const measured = measuredSink(sink, { telemetry, log: linesTo(lines), pipeline: 'alerts' })
  await measured.write(events(3), signal)
  expect(counted).toEqual([
    ['koff_events_total', { pipeline: 'alerts', type: 'member-joined' }, 1],
    ['koff_events_total', { pipeline: 'alerts', type: 'offset-committed' }, 2],
  ])
  failing = true
  await expect(measured.write(events(3), signal)).rejects.toThrow('full')
  expect(counted).toHaveLength(2)
  expect(durations).toHaveLength(1)
  expect(lines).toEqual(['pipeline alerts: 3 events are written'])
})
