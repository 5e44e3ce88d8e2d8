import { expect, test } from 'vitest'
import { Pace } from '../../src/delivery/pace.ts'

/** Work that holds the event loop. */
function work(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('long work leaves the event loop turns between its pieces', async () => {
  const pace = new Pace()
  let turns = 0
  const count = () => {
    turns++
    timer = setImmediate(count)
  }
  let timer = setImmediate(count)
  for (let piece = 0; piece < 40; piece++) {
    work(5)
    const pause = pace.pause()
    if (pause !== undefined) await pause
  }
  clearImmediate(timer)
  expect(turns).toBeGreaterThan(3)
})

test('short work goes on at once', () => {
  const pace = new Pace()
  expect([pace.pause(), pace.pause()]).toEqual([undefined, undefined])
})

test('the time of the first piece counts, from its begin', async () => {
  const pace = new Pace()
  pace.begin()
  work(20)
  await expect(pace.pause()).resolves.toBeUndefined()
  expect(pace.pause()).toBeUndefined()
  work(20)
  expect(pace.pause()).toBeInstanceOf(Promise)
})

test('two that wait have a turn each', async () => {
  const pace = new Pace()
  const turns: number[] = []
  let turn = 0
  const count = () => {
    turn++
    timer = setImmediate(count)
  }
  let timer = setImmediate(count)
  pace.begin()
  work(20)
  await Promise.all([pace.pause(), pace.pause()].map(async pause => (await pause, turns.push(turn))))
  clearImmediate(timer)
  expect(new Set(turns).size).toBe(2)
})
