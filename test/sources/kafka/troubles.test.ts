import { expect, test } from 'vitest'
import { createTroubles, ranges } from '../../../src/sources/kafka/troubles.ts'

test('trouble is told when it begins and when it is over, however often it is tried', () => {
  const lines: string[] = []
  const troubles = createTroubles('topic', line => lines.push(line))
  troubles.begin([0, 1, 2], 'a:1: connection refused')
  troubles.begin([0, 1, 2], 'a:1: connection refused')
  troubles.begin([2, 3], 'NOT_LEADER_OR_FOLLOWER')
  troubles.end([7])
  troubles.end([0, 1, 2, 3])
  troubles.end([0, 1, 2, 3])
  expect(lines).toEqual([
    'topic 0-2 cannot be read: a:1: connection refused; trying again until it works',
    'topic 3 cannot be read: NOT_LEADER_OR_FOLLOWER; trying again until it works',
    expect.stringMatching(/^topic 0-3 is read again after \d+\.\d s$/),
  ])
})

test('what is well again can get into trouble again', () => {
  const lines: string[] = []
  const troubles = createTroubles('topic', line => lines.push(line))
  for (let round = 0; round < 2; round++) {
    troubles.begin([0], 'gone')
    troubles.end([0])
  }
  expect(lines).toHaveLength(4)
})

test('partitions in a row are written as a range', () => {
  expect(ranges([3, 1, 2, 7, 0, 9, 10])).toBe('0-3, 7, 9-10')
  expect(ranges([])).toBe('')
})
