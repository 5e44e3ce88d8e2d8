import { expect, test } from 'vitest'
import { ranges } from '../../src/base/ranges.ts'

test('numbers in a row are written as a range', () => {
  expect(ranges([3, 1, 2, 7, 0, 9, 10])).toBe('0-3, 7, 9-10')
  expect(ranges([])).toBe('')
})
