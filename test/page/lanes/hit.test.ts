import { expect, test } from 'vitest'
import { hitAt, nextChange, ownersAt } from '../../../src/page/lanes/hit.ts'
import { laneDataOf } from '../../../src/page/lanes/laneData.ts'

const data = laneDataOf(
  [
    [
      [10, 20, 0],
      [25, null, 1],
    ],
    [
      [0, 30, 2],
      [10, 40, 3],
    ],
    [],
  ],
  100,
)

test('a place in an interval is that interval', () => {
  expect(hitAt(data, 0, 15, 0)).toEqual({ kind: 'interval', interval: 0 })
  expect(hitAt(data, 0, 99, 0)).toEqual({ kind: 'interval', interval: 1 })
})

test('a place between two is the gap, with its whole length', () => {
  expect(hitAt(data, 0, 22, 0)).toEqual({ kind: 'gap', from: 20, to: 25 })
})

test('before the first owner, after the end, and in an empty lane there is nothing', () => {
  expect(hitAt(data, 0, 5, 0)).toEqual({ kind: 'nothing' })
  expect(hitAt(data, 0, 101, 0)).toEqual({ kind: 'nothing' })
  expect(hitAt(data, 2, 50, 0)).toEqual({ kind: 'nothing' })
})

test('where two own a partition of a share group, the height says which one', () => {
  expect(hitAt(data, 1, 15, 0.2)).toEqual({ kind: 'interval', interval: 2 })
  expect(hitAt(data, 1, 15, 0.8)).toEqual({ kind: 'interval', interval: 3 })
  expect(ownersAt(data, 1, 15)).toEqual([2, 3])
})

test('where only one of two bands has an owner, a place in either is that owner', () => {
  expect(hitAt(data, 1, 35, 0.2)).toEqual({ kind: 'interval', interval: 3 })
})

test('the next change is the nearest begin or end', () => {
  expect(nextChange(data, 0, 12, 1)).toBe(20)
  expect(nextChange(data, 0, 12, -1)).toBe(10)
  expect(nextChange(data, 0, 100, 1)).toBeNull()
})
