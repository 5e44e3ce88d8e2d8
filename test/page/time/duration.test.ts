import { expect, test } from 'vitest'
import { agoText, countText, durationText } from '../../../src/page/time/duration.ts'

test('durations are as exact as one wants to read them', () => {
  expect([350, 4_240, 12_000, 200_000, 18_720_000, 529_200_000].map(durationText)).toEqual([
    '350 ms',
    '4.2 s',
    '12 s',
    '3 min 20 s',
    '5 h 12 min',
    '6 d 3 h',
  ])
})

test('how long ago something was', () => {
  expect([agoText(0, 500), agoText(0, 12_000), agoText(0, 3_600_000), agoText(60_000, 0)]).toEqual([
    'now',
    '12 s ago',
    '1 h ago',
    'in 1 min',
  ])
})

test('an offset that is no exact number keeps its digits', () => {
  expect(countText('9223372036854775807')).toBe('9,223,372,036,854,775,807')
  expect(countText(1234567)).toBe('1,234,567')
  expect(countText(null)).toBe('–')
})
