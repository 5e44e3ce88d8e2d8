import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OffsetSteps } from '../../../src/state/conditions/offsetSteps.ts'

describe('the steps of a log end', () => {
  it('say between which samples the log reached an offset', () => {
    const steps = new OffsetSteps()
    steps.add(0, 10, 11)
    steps.add(5, 20, 21)
    steps.add(5, 30, 31)
    steps.add(9, 40, 42)
    expect(steps.reached(0)).toEqual({ after: 10, by: 21 })
    expect(steps.reached(4)).toEqual({ after: 10, by: 21 })
    expect(steps.reached(5)).toEqual({ after: 30, by: 42 })
    expect(steps.reached(9)).toEqual({ after: 40, by: null })
  })

  it('know of an offset below the first sample since when it has been there, and no more', () => {
    const steps = new OffsetSteps()
    expect(steps.reached(3)).toEqual({ after: null, by: null })
    steps.add(5, 20, 21)
    expect(steps.reached(4)).toEqual({ after: null, by: 21 })
  })

  it('start over where the log became shorter, and where the clock was set back', () => {
    for (const [value, at] of [
      [4, 30],
      [9, 10],
    ] as const) {
      const steps = new OffsetSteps()
      steps.add(0, 10, 11)
      steps.add(5, 20, 21)
      steps.add(value, at, at + 1)
      expect(steps.reached(3)).toEqual({ after: null, by: at + 1 })
    }
  })

  it('know how much the offset grew between the samples since a time', () => {
    const steps = new OffsetSteps()
    steps.add(0, 10, 10)
    steps.add(0, 20, 20)
    steps.add(7, 30, 30)
    steps.add(12, 40, 40)
    expect([5, 15, 25, 35, 45].map(time => steps.growthSince(time))).toEqual([12, 12, 5, 0, 0])
  })

  it('enclose the time at which each record was appended, whatever is left out of them, within a part of its age', () => {
    const gap = fc.record({ ms: fc.integer({ min: 1, max: 30_000 }), records: fc.integer({ min: 0, max: 4 }) })
    fc.assert(
      fc.property(fc.array(gap, { minLength: 1, maxLength: 400 }), gaps => {
        const steps = new OffsetSteps()
        const appendedAt: number[] = []
        let now = 0
        steps.add(0, 0, 1)
        for (const { ms, records } of gaps) {
          for (let at = 0; at < records; at++) appendedAt.push(now + Math.floor((ms * (at + 1)) / (records + 1)))
          now += ms
          steps.add(appendedAt.length, now, now + 2)
        }
        for (const [offset, time] of appendedAt.entries()) {
          const { after, by } = steps.reached(offset)
          expect(after).not.toBeNull()
          expect(by).not.toBeNull()
          expect(after).toBeLessThanOrEqual(time)
          expect(by).toBeGreaterThanOrEqual(time)
          expect((by ?? 0) - (after ?? 0)).toBeLessThanOrEqual(62_000 + 0.5 * (now - time))
        }
      }),
      { numRuns: 200 },
    )
  })
})
