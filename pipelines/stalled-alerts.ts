/*
 * Conditions that last too long become alerts: one job when it opens, whose id is the incident's for ever, and one when it
 * is over, whose `data.opened` is that id. A worker raises the alert under the id of the first, and ends it by the second.
 *
 *   REDIS_URL=redis://localhost:6379 koff run -c koff.yaml --pipeline pipelines/stalled-alerts.ts
 */
import { definePipeline } from 'koff'

export default definePipeline({
  name: 'stalled-alerts',
  on: [
    // What opens an incident …
    'offset-stalled',
    'offset-out-of-range',
    'lag-exceeded',
    'rebalance-stuck',
    'rebalance-storm',
    'partition-unassigned',
    // … and what closes it.
    'offset-resumed',
    'offset-range-recovered',
    'lag-recovered',
    'rebalance-resumed',
    'rebalance-settled',
    'partition-assigned',
  ],
  // Nobody wants to be woken for what was over last week.
  from: 'now',
  to: {
    type: 'bullmq',
    queue: 'alerts',
    redis: { url: process.env.REDIS_URL ?? 'redis://localhost:6379' },
    // An alert that could not be sent is tried for about a quarter of an hour.
    attempts: 10,
    backoff: { type: 'exponential', delayMs: 1_000 },
  },
})
