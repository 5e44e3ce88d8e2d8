import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  around,
  clamped,
  isWithin,
  panned,
  timeAt,
  type Viewport,
  xOf,
  zoomed,
} from '../../../src/page/lanes/viewport.ts'

const time = fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 })
const views = fc
  .tuple(time, fc.integer({ min: 2_000, max: 30 * 86_400_000 }))
  .map(([from, span]) => ({ from, to: from + span }))

test('a place gives its time, and the time its place', () => {
  fc.assert(
    fc.property(views, fc.integer({ min: 0, max: 2_000 }), (view, x) => {
      expect(xOf(view, 2_000, timeAt(view, 2_000, x))).toBeCloseTo(x, 3)
    }),
  )
})

test('the time under the pointer stays where it is when the view zooms', () => {
  fc.assert(
    fc.property(
      views,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0.5, max: 2, noNaN: true }),
      (view, share, factor) => {
        const at = view.from + share * (view.to - view.from)
        const next = zoomed(view, at, factor)
        expect(xOf(next, 1_000, at)).toBeCloseTo(share * 1_000, 2)
      },
    ),
  )
})

test('no zoom shows less than a second or more than 400 days', () => {
  const view = { from: 0, to: 10_000 }
  const near = zoomed(view, 5_000, 1e9)
  const far = zoomed(view, 5_000, 1e-12)
  expect(near.to - near.from).toBe(1_000)
  expect(far.to - far.from).toBe(400 * 86_400_000)
})

test('a pan keeps the length of the view', () => {
  const next = panned({ from: 100, to: 300 }, 0.5)
  expect(next).toEqual({ from: 200, to: 400 })
})

test('a view that was panned away still shows an edge of what there is', () => {
  const bounds: Viewport = { from: 1_000, to: 2_000 }
  fc.assert(
    fc.property(views, view => {
      const next = clamped(view, bounds)
      expect(next.to - next.from).toBeCloseTo(view.to - view.from, 3)
      expect(next.to).toBeGreaterThan(bounds.from)
      expect(next.from).toBeLessThan(bounds.to)
    }),
  )
})

test('all of it has a margin on both sides', () => {
  const all = { from: 1_000_000, to: 2_000_000 }
  expect(around(all)).toEqual({ from: 970_000, to: 2_030_000 })
  expect(isWithin(all, around(all))).toBe(true)
})
