/*
 * A worker that starts a workflow for each completed rebalance: the other end of pipelines/rebalance-workflows.ts.
 *
 *   REDIS_URL=redis://localhost:6379 node examples/worker.ts
 *
 * koff makes one job of each event, however often it has to write it. A worker, though, can do a job twice: it may die, or
 * lose Redis, after the work and before it could say so, and BullMQ then gives the job to another. So the work itself has to
 * bear being done again, and the id of the event is what it takes: the same for ever.
 */
import { type Job, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { KoffEvent } from 'koff'

const url = process.env.REDIS_URL ?? 'redis://localhost:6379'
const workflows = new Redis(url)

const worker = new Worker<KoffEvent>(
  process.env.QUEUE ?? 'rebalances',
  async ({ data: event }: Job<KoffEvent>) => {
    if (event.type === 'rebalance') return startWorkflow(event)
    // Other pipelines may write to the same queue; what nobody here knows is done.
    return 'ignored'
  },
  {
    // A worker waits for Redis for as long as it takes.
    connection: { url, maxRetriesPerRequest: null },
    // The order of the queue holds with one at a time only.
    concurrency: 1,
  },
)

/** In place of a workflow engine: most take an id of one's own, and start nothing under one that they know. */
async function startWorkflow(event: KoffEvent<'rebalance'>): Promise<string> {
  const isNew = await workflows.hsetnx('workflows', `rebalance-${event.id}`, JSON.stringify(event))
  if (isNew === 0) return 'was started before'
  const { epochBefore, epochAfter, moved } = event.data
  process.stdout.write(
    `${event.id} ${event.group} ${epochBefore ?? '?'} → ${epochAfter}, ${moved ?? '?'} partitions moved: started\n`,
  )
  return 'started'
}

worker.on('error', error => process.stderr.write(`${error.message}\n`))
worker.on('failed', (job, error) => process.stderr.write(`job ${job?.id}: ${error.message}\n`))

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    // What is under way is finished.
    void worker.close().then(() => workflows.disconnect())
  })
}
