import fc from 'fast-check'
import { expect, test } from 'vitest'
import { columnsOf, fillColumns, GAP, NOTHING, widerRuns } from '../../../src/page/lanes/columns.ts'
import { bandRanges, laneDataOf, type PackedInterval } from '../../../src/page/lanes/laneData.ts'
import type { Viewport } from '../../../src/page/lanes/viewport.ts'

function columnsFor(intervals: readonly PackedInterval[], view: Viewport, width: number, until = view.to) {
  const data = laneDataOf([intervals], until)
  const columns = columnsOf(width)
  const [low, high] = bandRanges(data, 0)[0] ?? [0, 0]
  fillColumns(columns, data, view, { low, high, life: data.lives[0] ?? [0, 0] })
  return columns
}

test('each column shows the owner of its time', () => {
  const { owner } = columnsFor(
    [
      [0, 50, 0],
      [50, 100, 1],
    ],
    { from: 0, to: 100 },
    10,
  )
  expect([...owner]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
})

test('a time without an owner is a gap, a time before the first owner is not known', () => {
  const { owner } = columnsFor(
    [
      [20, 40, 0],
      [60, null, 1],
    ],
    { from: 0, to: 100 },
    10,
  )
  expect([...owner]).toEqual([NOTHING, NOTHING, 0, 0, GAP, GAP, 1, 1, 1, 1])
})

test('a gap that is shorter than a column is marked in it', () => {
  const { owner, hasGap } = columnsFor(
    [
      [0, 52, 0],
      [53, 100, 0],
    ],
    { from: 0, to: 100 },
    10,
  )
  expect([...owner]).toEqual(Array.from({ length: 10 }, () => 0))
  expect([...hasGap]).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0, 0])
})

test('after the end of what is known nothing is drawn', () => {
  const { owner } = columnsFor([[0, null, 0]], { from: 0, to: 100 }, 10, 60)
  expect([...owner]).toEqual([0, 0, 0, 0, 0, 0, NOTHING, NOTHING, NOTHING, NOTHING])
})

test('however many intervals share a column, it shows the one that has most of it', () => {
  const { owner } = columnsFor(
    [
      [0, 3, 0],
      [3, 9, 1],
      [9, 10, 2],
    ],
    { from: 0, to: 10 },
    1,
  )
  expect([...owner]).toEqual([1])
})

/** Intervals of one lane, without overlaps. */
const lanes = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 9 })), {
    maxLength: 60,
  })
  .map(parts => {
    let at = 0
    return parts.map(([length, pause, owner]): PackedInterval => {
      const from = at + pause
      at = from + length
      return [from, at, owner]
    })
  })

test('a column in which one owner has everything shows that owner, at any zoom', () => {
  fc.assert(
    fc.property(
      lanes,
      fc.integer({ min: 0, max: 3_000 }),
      fc.integer({ min: 100, max: 5_000 }),
      (intervals, from, span) => {
        const view = { from, to: from + span }
        const width = 100
        const { owner, hasGap } = columnsFor(intervals, view, width)
        for (let column = 0; column < width; column++) {
          const [begin, end] = [from + (column * span) / width, from + ((column + 1) * span) / width]
          const whole = intervals.find(([start, stop]) => start <= begin && (stop ?? 0) >= end)
          if (whole === undefined) continue
          expect(owner[column]).toBe(whole[2])
          expect(hasGap[column]).toBe(0)
        }
      },
    ),
  )
})

test('only runs that are wide enough have room for a label', () => {
  const columns = columnsFor(
    [
      [0, 50, 0],
      [50, 60, 1],
      [60, 100, 2],
    ],
    { from: 0, to: 100 },
    100,
  )
  expect(widerRuns(columns, 20)).toEqual([
    { value: 0, from: 0, to: 50 },
    { value: 2, from: 60, to: 100 },
  ])
})
