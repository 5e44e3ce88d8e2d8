import { expect, test } from 'vitest'
import { clustered, stacked } from '../../../src/page/lanes/marks.ts'

test('bars that do not overlap share a row', () => {
  const rows = stacked(
    [
      { from: 0, to: 5 },
      { from: 6, to: 9 },
      { from: 3, to: 8 },
    ],
    3,
  )
  expect(rows.map(row => row.map(({ from }) => from))).toEqual([[0, 6], [3]])
})

test('with no row left, bars go into the last one', () => {
  const rows = stacked(
    [
      { from: 0, to: 9 },
      { from: 1, to: 9 },
      { from: 2, to: 9 },
    ],
    2,
  )
  expect(rows.map(({ length }) => length)).toEqual([1, 2])
})

test('marks that share pixels are one, and none is lost', () => {
  const marks = [10, 11, 12, 500].map(at => ({ from: at, to: at }))
  const clusters = clustered(marks, { from: 0, to: 1_000 }, { width: 100, least: 4 })
  expect(clusters.map(cluster => cluster.marks.length)).toEqual([3, 1])
})

test('marks outside of the view are left out', () => {
  const clusters = clustered(
    [
      { from: 0, to: 5 },
      { from: 50, to: 60 },
    ],
    { from: 10, to: 20 },
    { width: 100, least: 4 },
  )
  expect(clusters).toEqual([])
})
