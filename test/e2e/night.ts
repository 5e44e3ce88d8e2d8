import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { runKoff } from '../commands/runKoff.ts'
import { startKafka } from '../servers/kafka.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { startKoff } from './koff.ts'

/** The cluster of docs/on-call.md, with a `koff run` that watches it. Disposing of it ends the servers. */
export interface Night extends AsyncDisposable {
  readonly bootstrap: string
  /** The configuration of the `koff run`. */
  readonly config: string
  /** A time at which till-two owned orders[0-2] and till-1 owned orders[3-5], ms. */
  readonly calm: number
}

/**
 * One member of orders-app joins and leaves again and again, so that there is a rebalance storm; three groups have stalled
 * offsets; somebody reset an offset of billing; payments works. Of three pipelines one waits for a Redis that is away.
 */
export async function startNight(): Promise<Night> {
  await using started = new AsyncDisposableStack()
  const home = await temporaryFolder('night')
  started.defer(() => removeTemporary(home))
  const [kafka, java] = await Promise.all([
    startKafka({ offsetsPartitions: 2 }).then(server => started.use(server)),
    startJava().then(clients => started.use(clients)),
  ])
  const { bootstrap } = kafka
  const admin = await java.admin(bootstrap)
  await admin.createTopics({ refunds: 3, orders: 6, payments: 12 })
  const producer = await java.producer({ bootstrap })
  const produce = async (topic: string, partitions: number, count: number) => {
    for (let partition = 0; partition < partitions; partition += 1) {
      await producer.send({ topic, partition, count, value: 'v' })
    }
  }
  const config = join(home, 'koff.yaml')
  writeFileSync(config, configuration(bootstrap))
  const koff = started.use(startKoff(['run', '-c', config]))
  await until({
    what: 'koff',
    ask: async () => koff.stderr(),
    good: text => text.includes('reads the groups') || text.includes('waiting for it'),
  })

  const member = (group: string, topic: string, clientId: string, instanceId?: string) =>
    java.consumer({ bootstrap, group, topics: [topic], clientId, ...(instanceId === undefined ? {} : { instanceId }) })

  const stalled = async (...names: readonly string[]) =>
    until({
      what: `open conditions: ${names.join(', ')}`,
      ask: async () => (await runKoff(['conditions', '--brokers', bootstrap, '-o', 'human'])).stdout,
      good: text => names.every(name => text.includes(name)),
    })

  // The order of their first unread records is the order of their lags in time.
  await produce('refunds', 3, 200)
  const refunds = await member('refunds', 'refunds', 'refund-1')
  await refunds.assigned({ refunds: [0, 1, 2] })
  await refunds.commit({ refunds: { 0: 20, 1: 20, 2: 20 } })
  await sleep(1_500)
  await produce('orders', 6, 500)
  await sleep(1_500)
  const billing = await member('billing', 'orders', 'invoice-1')
  await billing.assigned()
  await billing.commit({ orders: { 0: 500 } })
  await billing.close()
  await admin.settled('billing', 'Empty', 0)
  await admin.alterOffsets('billing', { orders: { 0: 0 } })
  // Conditions are listed by the time since when they are open.
  await stalled('refunds')
  await admin.alterOffsets('nightly-report', { orders: { 0: 100, 1: 100 } })
  await admin.alterOffsets('nightly-report', { orders: { 0: 150, 1: 100 } })
  const payments = await java.consumer({
    bootstrap,
    group: 'payments',
    topics: ['payments'],
    clientId: 'payment-1',
    protocol: 'consumer',
  })
  await payments.assigned()
  await produce('payments', 12, 10)
  await payments.commit({ payments: Object.fromEntries(Array.from({ length: 12 }, (_, partition) => [partition, 10])) })

  const first = await member('orders-app', 'orders', 'till-1')
  await first.assigned({ orders: [0, 1, 2, 3, 4, 5] })
  const second = await member('orders-app', 'orders', 'till-2', 'till-two')
  await second.assigned({ orders: [0, 1, 2] })
  await first.assigned({ orders: [3, 4, 5] })
  await second.commit({ orders: { 0: 25 } })
  const calm = Date.now()
  // Rebalances within five seconds of each other count as one towards a storm.
  const burstMs = 5_200
  for (let times = 0; times < 2; times += 1) {
    await sleep(burstMs)
    const flapping = await member('orders-app', 'orders', 'till-flappy')
    await until({
      what: 'till-flappy has partitions',
      ask: () => flapping.status(),
      good: ({ assignment }) => (assignment['orders'] ?? []).length > 0,
    })
    await sleep(burstMs)
    await flapping.close()
    await second.assigned({ orders: [0, 1, 2] })
    await first.assigned({ orders: [3, 4, 5] })
  }
  await stalled('refunds', 'nightly-report', 'orders-app', 'rebalance-storm')
  const stack = started.move()
  return { bootstrap, config, calm, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

function configuration(bootstrap: string): string {
  return [
    `kafka: { brokers: "${bootstrap}" }`,
    'conditions: { stallAfterMs: 3s, sampleEveryMs: 500ms }',
    'sinks:',
    '  - { type: kafka, topic: koff.events, format: json, partitions: 1, replicationFactor: 1 }',
    'pipelines:',
    "  - { name: jobs, on: '*', to: { type: bullmq, queue: jobs, redis: { url: redis://127.0.0.1:6 } } }",
    "  - { name: audit, on: '*', to: { type: history, file: audit.db } }",
    '',
  ].join('\n')
}
