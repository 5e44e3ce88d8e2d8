/*
 * Every completed rebalance becomes one job in a BullMQ queue, for a worker that starts a workflow; examples/worker shows one.
 *
 *   REDIS_URL=redis://localhost:6379 koff run --brokers localhost:9092 --pipeline pipelines/rebalance-workflows.ts
 */
import { definePipeline } from 'koff'

export default definePipeline({
  name: 'rebalance-workflows',
  on: 'rebalance',
  // Consumers of a terminal and of tests come and go; nobody needs a workflow for that.
  where: { groups: { exclude: ['console-consumer-*'] } },
  // Beside an older pipeline that has a topic full of events: no workflows for what was last week.
  from: 'now',
  to: {
    type: 'bullmq',
    queue: 'rebalances',
    redis: { url: process.env.REDIS_URL ?? 'redis://localhost:6379' },
    attempts: 5,
    backoff: { type: 'exponential', delayMs: 2_000 },
  },
})
