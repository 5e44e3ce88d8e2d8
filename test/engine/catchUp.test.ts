import { expect, test } from 'vitest'
import { CatchUp } from '../../src/engine/catchUp.ts'

const at = (partition: number, position: number, logEnd: number) =>
  ({ kind: 'position', partition, position, logEnd, timestamp: 0 }) as const

test('a partition is caught up when it is read to where it ended at first', () => {
  const catchUp = new CatchUp()
  expect(catchUp.isDone(0)).toBe(false)
  catchUp.hear(at(0, 100, 300))
  expect(catchUp.isDone(0)).toBe(false)
  expect(catchUp.extent()).toEqual({ total: 200, left: 200 })
  // More comes in, which is news and not what was there.
  catchUp.hear(at(0, 250, 900))
  expect(catchUp.extent()).toEqual({ total: 200, left: 50 })
  catchUp.hear(at(0, 300, 900))
  expect(catchUp.isDone(0)).toBe(true)
  expect(catchUp.isDone(1)).toBe(false)
})

test('an empty partition is caught up as soon as it is known', () => {
  const catchUp = new CatchUp()
  catchUp.hear(at(3, 0, 0))
  expect(catchUp.isDone(3)).toBe(true)
  expect(catchUp.extent()).toEqual({ total: 0, left: 0 })
})

test('a partition that is taken over again starts over', () => {
  const catchUp = new CatchUp()
  catchUp.hear(at(0, 5, 5))
  catchUp.forget(0)
  expect(catchUp.isDone(0)).toBe(false)
  catchUp.hear(at(0, 5, 10))
  expect(catchUp.isDone(0)).toBe(false)
})
