import { expect, test } from 'vitest'
import { measuredOutput } from '../../src/delivery/measuredOutput.ts'
import type { Output } from '../../src/delivery/output.ts'
import { noTelemetry, type Telemetry } from '../../src/telemetry/telemetry.ts'
import { linesTo } from '../engine/linesTo.ts'
import { events } from '../sinks/events.ts'

const { signal } = new AbortController()

/** An output that takes what it gets until it is told to fail. */
function place() {
  let failing = false
  const output: Output = {
    name: 'place',
    open: async () => undefined,
    own: async () => ({
      async *restore() {
        yield [{ key: 'a', value: '1' }]
      },
      async commit() {
        if (failing) throw new Error('full')
      },
      [Symbol.asyncDispose]: async () => undefined,
    }),
    [Symbol.asyncDispose]: async () => undefined,
  }
  return { output, fail: () => (failing = true) }
}

test('commits are counted and timed, events by type, a large one once, and failures handed on', async () => {
  const counted: unknown[] = []
  const durations: number[] = []
  const lines: string[] = []
  const telemetry: Telemetry = {
    ...noTelemetry,
    count: (metric, labels, by = 1) => counted.push([metric, labels, by]),
    observe: (_metric, _labels, value) => durations.push(value),
  }
  const { output, fail } = place()
  const measured = measuredOutput(output, { telemetry, log: linesTo(lines), pipeline: 'alerts' })
  const owned = await measured.own(0, signal)
  for await (const entries of owned.restore(signal)) expect(entries).toEqual([{ key: 'a', value: '1' }])
  await owned.commit({
    events: [...events(4), ...events(2).map((event, at) => ({ ...event, part: at + 2, parts: 3 }))],
    changes: [],
  })
  expect(counted).toEqual([
    ['koff_commits_total', { pipeline: 'alerts' }, 1],
    ['koff_events_total', { pipeline: 'alerts', type: 'member-joined' }, 2],
    ['koff_events_total', { pipeline: 'alerts', type: 'offset-committed' }, 2],
  ])
  expect(durations).toHaveLength(1)
  expect(durations[0]).toBeGreaterThanOrEqual(0)
  fail()
  await expect(owned.commit({ events: events(4), changes: [] })).rejects.toThrow('full')
  expect(counted.slice(3)).toEqual([['koff_commit_failures_total', { pipeline: 'alerts' }, 1]])
  expect(durations).toHaveLength(1)
  expect(lines).toEqual(['partition 0: 6 events and 0 changes are committed'])
})
