import { describe, expect, it } from 'vitest'
import { isOldPace, notePace, type Pace, stallAfter } from '../../../src/state/conditions/pace.ts'
import { busy } from './stalls.ts'
import { World } from './world.ts'

const settings = { stallAfterMs: 60_000 }
const minute = 60_000
const noted = (...times: readonly (readonly [behindMs: number, at: number])[]) =>
  times.reduce<Pace>((pace, [behindMs, at]) => notePace(pace, behindMs, at, settings), [])

describe('the pace of a partition', () => {
  it('allows three times the longest time behind, at least stallAfterMs and at most ten times as long', () => {
    expect(stallAfter([], 0, settings)).toBe(minute)
    expect(stallAfter(noted([20_000, 0]), 0, settings)).toBe(minute)
    expect(stallAfter(noted([50_000, 0]), 0, settings)).toBe(150_000)
    expect(stallAfter(noted([50_000, 0], [90_000, 1_000], [30_000, 2_000]), 2_000, settings)).toBe(270_000)
    expect(stallAfter(noted([10 * minute, 0]), 0, settings)).toBe(10 * minute)
  })

  it('does not keep times below a third of stallAfterMs', () => {
    expect(noted([19_999, 0])).toEqual([])
    expect(noted([20_000, 0])).toEqual([[0, 20_000]])
  })

  it('counts the slot of the record that advanced, and eleven more', () => {
    const pace = noted([90_000, 299_999])
    expect(stallAfter(pace, 3_599_999, settings)).toBe(270_000)
    expect(isOldPace(pace, 3_599_999)).toBe(false)
    expect(stallAfter(pace, 3_600_000, settings)).toBe(minute)
    expect(isOldPace(pace, 3_600_000)).toBe(true)
  })

  it('falls back to a more recent time when the longest is too old', () => {
    const pace = noted([200_000, 0], [100_000, 600_000], [50_000, 1_200_000])
    expect(stallAfter(pace, 3_599_999, settings)).toBe(600_000)
    expect(stallAfter(pace, 3_600_000, settings)).toBe(300_000)
    expect(stallAfter(pace, 4_200_000, settings)).toBe(150_000)
  })

  it('does not count what lies ahead: the clock was set back', () => {
    expect(stallAfter(noted([90_000, 600_000]), 0, settings)).toBe(minute)
  })

  it('keeps a few entries, whatever comes', () => {
    const times = Array.from({ length: 1_000 }, (_, n) => [20_000 + ((n * 7_919) % 400_000), n * 10_000] as const)
    expect(noted(...times).length).toBeLessThanOrEqual(12)
    expect(noted(...times.map(([, at]) => [30_000, at] as const))).toHaveLength(1)
  })
})

/** A log that is always far ahead, and a commit after each of these pauses, in seconds. Sampled every ten seconds. */
function moved(pauses: Iterable<number>, w = busy(new World())): World {
  let offset = 100
  for (const pause of pauses) {
    w.every10(pause - (pause % 10), w => w.sample({ 0: 1_000_000 }))
    w.wait(pause % 10).commit({ 0: ++offset })
  }
  return w
}

/** So many seconds' worth of pauses. */
function* upTo(seconds: number, pauseAt: (n: number) => number): Generator<number> {
  for (let n = 0, at = 0; at < seconds; n++) {
    const pause = pauseAt(n)
    at += pause
    yield pause
  }
}

describe('a partition that is slow but moves', () => {
  it('is not stalled in an hour of commits that come every 55 s and now and then after more than two minutes', () => {
    expect(moved(upTo(3_600, n => (n % 7 === 6 ? 140 : 55))).said).toEqual([])
  })

  it('is not stalled where its pauses grow by no more than three times', () => {
    expect(moved(upTo(3_600, n => Math.min(500, Math.round(40 * 2 ** n)))).said).toEqual([])
  })

  it('is reported as stalled once where it is slow from the beginning, and not again', () => {
    const w = moved(upTo(3_600, () => 170))
    expect(w.said).toEqual(['70 offset-stalled orders/0', '170 offset-resumed orders/0'])
  })

  it('is reported when it hangs: three times its longest pause after the last advance', () => {
    const w = moved([50, 50, 50])
    w.every10(200, w => w.sample({ 0: 1_000_000 }))
    // It was behind for 40 s, from the first sample after a commit. Now it is so since 160 s.
    expect(w.said).toEqual(['280 offset-stalled orders/0'])
  })

  it('is reported when it hangs after at most ten times stallAfterMs', () => {
    const w = moved([50, 110, 300])
    w.every10(700, w => w.sample({ 0: 1_000_000 }))
    expect(w.said).toEqual(['1070 offset-stalled orders/0'])
  })

  it('is judged by stallAfterMs again when it has been fast for an hour', () => {
    const w = moved([50, 110])
    moved(
      upTo(3_900, () => 10),
      w,
    )
    const hung = w.now
    w.every10(80, w => w.sample({ 0: 1_000_000 }))
    expect(w.conditions.map(({ type, time }) => [type, time - hung])).toEqual([['offset-stalled', 70_000]])
  })

  it('is so after a restart as well', () => {
    const w = moved([50, 110]).restarted()
    w.every10(400, w => w.sample({ 0: 1_000_000 }))
    // It was behind for 100 s, and is so again since 170 s.
    expect(w.said).toEqual(['470 offset-stalled orders/0'])
  })
})

describe('a partition that is fast', () => {
  it('is reported within stallAfterMs when it hangs', () => {
    const w = moved(upTo(600, () => 5))
    const hung = w.now
    w.every10(80, w => w.sample({ 0: 1_000_000 }))
    expect(w.conditions.map(({ type, time }) => [type, time - hung])).toEqual([['offset-stalled', 70_000]])
  })
})
