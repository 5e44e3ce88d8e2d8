import { applyPipeline } from 'koff'
import { expect, test } from 'vitest'
import { recorded } from '../test/pipelines/recorded.ts'
import cleanTopic from './clean-topic.ts'

test('everything that koff tells goes to the topic, as it is', async () => {
  const events = await recorded()
  expect(events.length).toBeGreaterThan(500)
  expect(await applyPipeline(cleanTopic, events)).toEqual(events)
  expect(cleanTopic.to).toMatchObject({ type: 'kafka', topic: 'koff.events' })
})
