import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ticksOf } from '../../../src/page/lanes/axis.ts'

const noon = Date.UTC(2026, 10, 24, 12)

test('an hour has a tick every five minutes', () => {
  const ticks = ticksOf({ from: noon, to: noon + 3_600_000 }, 1_200, 'utc')
  expect(ticks.map(({ text }) => text).slice(0, 3)).toEqual(['12:00', '12:05', '12:10'])
})

test('a week has a tick for each day, which says the date', () => {
  const ticks = ticksOf({ from: noon, to: noon + 7 * 86_400_000 }, 1_000, 'utc')
  expect(ticks.map(({ text }) => text)).toEqual(['25 Nov', '26 Nov', '27 Nov', '28 Nov', '29 Nov', '30 Nov', '1 Dec'])
  expect(ticks.every(({ isMajor }) => isMajor)).toBe(true)
})

test('a second is told apart by tenths', () => {
  const ticks = ticksOf({ from: noon, to: noon + 1_000 }, 1_000, 'utc')
  expect(ticks.map(({ text }) => text)).toContain('12:00:00.2')
})

test('ticks stand in the view, in order, and as far apart as is asked for', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_500_000_000_000, max: 1_900_000_000_000 }),
      fc.integer({ min: 1_000, max: 300 * 86_400_000 }),
      fc.constantFrom('utc' as const, 'local' as const),
      (from, span, zone) => {
        const view = { from, to: from + span }
        const ticks = ticksOf(view, 1_000, zone)
        expect(ticks.every(({ time }) => time >= view.from && time <= view.to)).toBe(true)
        // A day in which clocks are changed has 23 or 25 hours.
        const gaps = ticks.slice(1).map(({ time }, at) => ((time - (ticks[at]?.time ?? time)) / span) * 1_000)
        expect(Math.min(84, ...gaps)).toBeGreaterThan(75)
      },
    ),
  )
})
