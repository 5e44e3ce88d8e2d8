import { expect, test } from 'vitest'
import { createTroubles } from '../../../src/kafka/consumer/troubles.ts'
import { linesTo } from '../../engine/linesTo.ts'

test('trouble is told when it begins and when it is over, however often it is tried', () => {
  const lines: string[] = []
  const troubles = createTroubles('topic', linesTo(lines))
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
  const troubles = createTroubles('topic', linesTo(lines))
  for (let round = 0; round < 2; round++) {
    troubles.begin([0], 'gone')
    troubles.end([0])
  }
  expect(lines).toHaveLength(4)
})

test('a deleted topic has a line of its own, once a minute, and one when it is there again', () => {
  const lines: string[] = []
  const troubles = createTroubles('t', linesTo(lines))
  troubles.begin([0], 'UNKNOWN_TOPIC_OR_PARTITION')
  troubles.begin([0], 'topic t was deleted', 'deleted')
  troubles.begin([0], 'topic t was deleted', 'deleted')
  troubles.end([0])
  expect(lines).toEqual([
    't 0 cannot be read: UNKNOWN_TOPIC_OR_PARTITION; trying again until it works',
    'topic t was deleted',
    expect.stringMatching(/^topic t is there again after \d+\.\d s$/),
    expect.stringMatching(/^t 0 is read again after \d+\.\d s$/),
  ])
})
