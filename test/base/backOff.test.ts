import { expect, test } from 'vitest'
import { backOffMs, pauseAfter } from '../../src/base/backOff.ts'
import { KoffError } from '../../src/base/errors.ts'

const limits = { firstMs: 50, maxMs: 5000 }

test('waits double with each failure in a row, up to a limit', () => {
  const longest = [1, 2, 3, 8, 9, 1000].map(failures => backOffMs(failures, { ...limits, random: () => 1 }))
  expect(longest).toEqual([50, 100, 200, 5000, 5000, 5000])
})

test('jitter takes away up to a half', () => {
  expect(backOffMs(3, { ...limits, random: () => 0 })).toBe(100)
  expect(backOffMs(3, { ...limits, random: () => 0.5 })).toBe(150)
  const waits = new Set(Array.from({ length: 100 }, () => backOffMs(8, limits)))
  expect(waits.size).toBeGreaterThan(50)
})

test('a failure that names a pause gets at least that one, with jitter on top', () => {
  const later = new KoffError('REGISTRY_UNREACHABLE', 'later', { retriable: true, retryAfterMs: 30_000 })
  expect(pauseAfter(later, 1, { ...limits, random: () => 0 })).toBeGreaterThanOrEqual(30_000)
  expect(pauseAfter(later, 8, { ...limits, random: () => 1 })).toBe(32_500)
  const plain = new KoffError('REGISTRY_UNREACHABLE', 'gone', { retriable: true })
  expect(pauseAfter(plain, 1, { ...limits, random: () => 1 })).toBe(50)
})
