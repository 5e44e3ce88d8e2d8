import { expect, test } from 'vitest'
import { readingOutages } from '../../../src/sources/kafka/readingOutages.ts'
import { linesTo } from '../../engine/linesTo.ts'

test('an outage is logged when it begins and when it is over, however often it is tried', () => {
  const lines: string[] = []
  const outages = readingOutages('topic', linesTo(lines))
  outages.begin([0, 1, 2], 'a:1: connection refused')
  outages.begin([0, 1, 2], 'a:1: connection refused')
  outages.begin([2, 3], 'NOT_LEADER_OR_FOLLOWER')
  outages.end([7])
  outages.end([0, 1, 2, 3])
  outages.end([0, 1, 2, 3])
  expect(lines).toEqual([
    'topic 0-2 cannot be read: a:1: connection refused; retrying until it works',
    'topic 3 cannot be read: NOT_LEADER_OR_FOLLOWER; retrying until it works',
    expect.stringMatching(/^topic 0-3 can be read again after \d+\.\d s$/),
  ])
})

test('an outage can begin again', () => {
  const lines: string[] = []
  const outages = readingOutages('topic', linesTo(lines))
  for (let round = 0; round < 2; round++) {
    outages.begin([0], 'gone')
    outages.end([0])
  }
  expect(lines).toHaveLength(4)
})

test('a deleted topic has a line of its own, once a minute, and one when it exists again', () => {
  const lines: string[] = []
  const outages = readingOutages('t', linesTo(lines))
  outages.begin([0], 'UNKNOWN_TOPIC_OR_PARTITION')
  outages.begin([0], 'topic t was deleted', 'deleted')
  outages.begin([0], 'topic t was deleted', 'deleted')
  outages.end([0])
  expect(lines).toEqual([
    't 0 cannot be read: UNKNOWN_TOPIC_OR_PARTITION; retrying until it works',
    'topic t was deleted',
    expect.stringMatching(/^topic t exists again after \d+\.\d s$/),
    expect.stringMatching(/^t 0 can be read again after \d+\.\d s$/),
  ])
})
