import { expect, test } from 'vitest'
import { KoffError } from '../../../src/base/errors.ts'
import type { TopicMetadata } from '../../../src/kafka/protocol/metadata.ts'
import { type TopicShape, watchTopic } from '../../../src/sinks/kafka/topicWatch.ts'

const unknownTopic = 3

function metadata(id: string | null, count: number, errorCode = 0): TopicMetadata {
  const partitions = Array.from({ length: count }, (_, partition) => ({ partition, leader: 1, leaderEpoch: 0 }))
  return { name: 't', id, errorCode, partitions }
}

function watched(...answers: readonly (TopicMetadata | Error)[]) {
  const changes: (readonly [TopicShape, TopicShape])[] = []
  const watch = watchTopic({
    topic: 't',
    partitions: 4,
    cure: 'create it again',
    changed: (before, now) => void changes.push([before, now]),
  })
  const left = [...answers]
  const leaders = {
    topics: async () => {
      const answer = left.length > 1 ? left.shift() : left[0]
      if (answer instanceof Error) throw answer
      return answer === undefined ? [] : [answer]
    },
  }
  return { watch, changes, check: () => watch.check(leaders) }
}

test('an unchanged topic changes nothing; its id is learned', async () => {
  const { watch, changes, check } = watched(metadata('a', 4))
  await check()
  await check()
  expect(changes).toEqual([])
  expect(watch.shape).toEqual({ id: 'a', partitions: 4 })
})

test('a topic created again is noticed by its id, also with the same number of partitions', async () => {
  const { changes, check } = watched(metadata('a', 4), metadata('b', 4))
  await check()
  await check()
  expect(changes).toEqual([
    [
      { id: 'a', partitions: 4 },
      { id: 'b', partitions: 4 },
    ],
  ])
})

test('without topic ids it is noticed by the number of partitions', async () => {
  const { watch, changes, check } = watched(metadata(null, 4), metadata(null, 6))
  await check()
  await check()
  expect(changes).toHaveLength(1)
  expect(watch.shape.partitions).toBe(6)
})

test('a topic that is missing twice in a row was deleted; one that was never seen is awaited', async () => {
  const gone = metadata(null, 0, unknownTopic)
  const { check } = watched(metadata('a', 4), gone)
  await check()
  await expect(check()).rejects.toMatchObject({
    code: 'TOPIC_MISSING',
    retriable: true,
    message: 'topic t was deleted: create it again',
  })
  await expect(watched(gone).check()).resolves.toBeUndefined()
  const late = watched(metadata('a', 4), gone, metadata('a', 4))
  await late.check()
  await late.check()
  expect(late.changes).toEqual([])
})

test('a cluster that does not answer, or a topic without a leader, changes nothing', async () => {
  const away = new KoffError('BROKER_UNREACHABLE', 'away', { retriable: true })
  const { watch, changes, check } = watched(metadata('a', 4), away, metadata('a', 0, 5), metadata('a', 4))
  for (let times = 0; times < 4; times++) await check()
  expect(changes).toEqual([])
  expect(watch.shape.partitions).toBe(4)
})
