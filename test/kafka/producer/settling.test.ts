import { expect, test } from 'vitest'
import { Settling } from '../../../src/kafka/producer/settling.ts'

/** Ends a transaction whose markers take so long, and asks as the producer does: every 2 ms until the answer is yes. */
function round(settling: Settling, at: number, markersMs: number): { readonly tries: number; readonly tookMs: number } {
  settling.begin(at)
  let now = at + settling.delayMs(at)
  let tries = 0
  for (; ; now += 2) {
    settling.tried()
    tries += 1
    if (now - at >= markersMs) break
  }
  settling.settled(now)
  return { tries, tookMs: now - at }
}

test('the first transaction waits for nothing', () => {
  expect(new Settling().delayMs(1_000)).toBe(0)
})

test('how long the markers take is learned: few questions, and no long wait after them', () => {
  const settling = new Settling()
  expect(round(settling, 0, 30).tries).toBeGreaterThan(10)
  for (let at = 1_000; at < 20_000; at += 1_000) {
    const { tries, tookMs } = round(settling, at, 30)
    expect(tries).toBeLessThanOrEqual(5)
    expect(tookMs).toBeLessThan(34)
  }
})

test('a broker that has become fast again is soon asked at once', () => {
  const settling = new Settling()
  round(settling, 0, 40)
  let last = { tries: 0, tookMs: 0 }
  for (let at = 1_000; at < 40_000; at += 1_000) last = round(settling, at, 1)
  expect(last).toMatchObject({ tries: 1 })
  expect(last.tookMs).toBeLessThan(2)
})

test('after a pause nothing is waited for, and trouble is not taken for the way it is', () => {
  const settling = new Settling()
  round(settling, 0, 5_000)
  expect(settling.delayMs(5_001)).toBe(0)
  settling.begin(6_000)
  expect(settling.delayMs(6_000)).toBeLessThanOrEqual(50)
})
