import { expect, it } from 'vitest'
import { trustworthy } from '../../../src/app/samples/logEnds.ts'
import { LogEnds } from '../../../src/state/conditions/logEnds.ts'

const range = (topic: string, logEnd: number, topicId = 'a') => ({
  topic,
  topicId,
  partition: 0,
  logStart: 0,
  logEnd,
  timestamp: 0,
  answeredAt: 0,
})

/** Log ends that were sampled at 100, and a cluster in which the topics have these ids now. */
function given(ids: Readonly<Record<string, string>>) {
  const logEnds = new LogEnds()
  for (const topic of Object.keys(ids)) logEnds.add({ kind: 'logEnd', ...range(topic, 100) })
  const asked: string[][] = []
  const describeTopics = async (names: Iterable<string>) => {
    asked.push([...names])
    return [...names].map(name => ({ name, id: ids[name] ?? '', partitions: 1 }))
  }
  return { fold: { logEnds }, admin: { describeTopics }, asked }
}

it('a sample of a log that became shorter is dropped where the topic was recreated meanwhile', async () => {
  const { fold, admin, asked } = given({ orders: 'b', audit: 'a', jobs: 'a' })
  const ends = [range('orders', 5), range('audit', 5), range('jobs', 200)]
  expect(await trustworthy(ends, fold, admin)).toEqual([range('audit', 5), range('jobs', 200)])
  expect(asked).toEqual([['orders', 'audit']])
})

it('nothing is asked where every log is as long as it was, or longer', async () => {
  const { fold, admin, asked } = given({ orders: 'a' })
  expect(await trustworthy([range('orders', 100)], fold, admin)).toHaveLength(1)
  expect(asked).toEqual([])
})
