import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { inOrderOfTime } from '../../src/commands/inOrderOfTime.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const signal = new AbortController().signal
const event = (time: number, partition: number) => ({ time, source: { partition } }) as unknown as KoffEvent

function screen() {
  const shown: number[] = []
  const sink = inOrderOfTime({
    name: 'screen',
    open: async () => undefined,
    write: async events => void shown.push(...events.map(({ time }) => time)),
    [Symbol.asyncDispose]: async () => undefined,
  })
  return { shown, sink }
}

it('lines of several partitions that come within a second are shown in order of time', async () => {
  const { shown, sink } = screen()
  await sink.write([event(5, 0), event(9, 0)], signal)
  await vi.advanceTimersByTimeAsync(500)
  await sink.write([event(3, 1), event(7, 1)], signal)
  expect(shown).toEqual([])
  await vi.advanceTimersByTimeAsync(500)
  expect(shown).toEqual([3, 5, 7, 9])
})

it('those of one partition stay in the order of its log', async () => {
  const { shown, sink } = screen()
  await sink.write([event(9, 0), event(5, 0)], signal)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(shown).toEqual([9, 5])
})

it('what waits is shown at the end', async () => {
  const { shown, sink } = screen()
  await sink.write([event(9, 0)], signal)
  await sink[Symbol.asyncDispose]()
  expect(shown).toEqual([9])
})
