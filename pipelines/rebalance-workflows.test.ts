import { applyPipeline } from 'koff'
import { expect, test } from 'vitest'
import { recorded } from '../test/pipelines/recorded.ts'
import rebalanceWorkflows from './rebalance-workflows.ts'

test('completed rebalances of all kinds of groups become jobs, and nothing else does', async () => {
  const events = await recorded()
  const jobs = await applyPipeline(rebalanceWorkflows, events)
  expect(jobs).toEqual(events.filter(({ type }) => type === 'rebalance'))
  expect(new Set(jobs.map(({ groupType }) => groupType))).toEqual(new Set(['classic', 'consumer', 'share', 'streams']))
})

test('consumers of a terminal start no workflow', async () => {
  const [rebalance] = (await recorded()).filter(({ type }) => type === 'rebalance')
  if (rebalance === undefined) throw new Error('no rebalance was recorded')
  expect(await applyPipeline(rebalanceWorkflows, [{ ...rebalance, group: 'console-consumer-1' }])).toEqual([])
})
