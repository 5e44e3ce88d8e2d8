import { applyPipeline, definitionOf, eventTypes } from 'koff'
import { expect, test } from 'vitest'
import { given } from '../test/pipelines/given.ts'
import { recorded } from '../test/pipelines/recorded.ts'
import stalledAlerts from './stalled-alerts.ts'

const place = { topic: 'orders', partition: 3 }
const stalled = given('offset-stalled', 'shop', {
  ...place,
  offset: 10,
  logEnd: 50,
  lag: 40,
  lagMs: null,
  reason: 'silent',
  member: null,
})
const resumed = given('offset-resumed', 'shop', { ...place, opened: stalled.id, durationMs: 90_000 })

test('an incident is one job when it opens, and one that names it when it is over', async () => {
  const noise = given('offset-rewound', 'shop', { ...place, from: 50, to: 10 })
  expect(await applyPipeline(stalledAlerts, [stalled, noise, resumed])).toEqual([stalled, resumed])
})

test('what opens an incident is never there without what closes it', () => {
  const on = new Set<string>([stalledAlerts.on ?? []].flat())
  const halves = eventTypes
    .map(definitionOf)
    .filter(({ type, closes }) => closes !== null && on.has(type) !== on.has(closes))
  expect(halves).toEqual([])
  expect(on.size).toBeGreaterThan(0)
})

test('storms of rebalances that were recorded are one incident each', async () => {
  const alerts = await applyPipeline(stalledAlerts, await recorded())
  const opened = alerts.filter(({ type }) => definitionOf(type).closes === null)
  const closed = alerts.flatMap(({ data }) => ('opened' in data ? [data.opened] : []))
  expect(opened.map(({ type, group }) => [type, group])).toEqual([
    ['rebalance-storm', 'dev-c848'],
    ['rebalance-storm', 'dev-migr'],
  ])
  expect(closed).toEqual(opened.map(({ id }) => id))
})
