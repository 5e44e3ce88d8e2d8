import { expect, test } from 'vitest'
import { responseMemory } from '../../../src/kafka/thread/responseMemory.ts'

const large = 1_000_000
const allocate = (length: number): Buffer => Buffer.alloc(length)

test('a response stays as it is while the next one arrives', () => {
  const memory = responseMemory(allocate)
  let last = memory.take(large).fill(1)
  for (let round = 2; round < 10; round++) {
    const next = memory.take(large + round).fill(round)
    expect(last.every(byte => byte === round - 1)).toBe(true)
    last = next
  }
})

test('room has the length asked for', () => {
  const memory = responseMemory(allocate)
  for (const length of [0, 1, large, 100, 3 * large, large]) expect(memory.take(length)).toHaveLength(length)
})

test('large responses take turns in two pieces of memory', () => {
  const memory = responseMemory(allocate)
  const pieces = new Set(Array.from({ length: 10 }, () => memory.take(large).buffer))
  expect(pieces.size).toBe(2)
})

test('what a large response needed is given back when only small ones come', () => {
  const memory = responseMemory(allocate)
  const before = memory.take(large).buffer
  memory.take(large)
  for (let round = 0; round < 100; round++) memory.take(100)
  expect(memory.take(large).buffer).not.toBe(before)
})
