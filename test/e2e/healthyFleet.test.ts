import { expect, test } from 'vitest'
import { healthyFleet } from '../healthy/healthyFleet.ts'

/* The short form of `npm run healthy`. */

test('15 groups of all kinds and clients, and clients that restart: no warning, no error', async () => {
  const outcome = await healthyFleet({ copies: 1, seconds: 90, restartEverySeconds: 12, say: () => undefined })
  expect(outcome.alarms).toEqual([])
  expect(outcome.silent).toEqual([])
  expect(outcome.logged).toEqual([])
  expect(outcome.groups).toBe(15)
  expect(outcome.restarts).toBeGreaterThan(2)
  expect(outcome.counts['rebalance']).toBeGreaterThan(15)
})
