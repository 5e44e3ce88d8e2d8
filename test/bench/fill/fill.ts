import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import type { BenchBroker } from '../broker.ts'
import { fillCommits } from './commits.ts'
import { fillModernGroups } from './modern.ts'
import type { Plan } from './plan.ts'
import { fillTransactions } from './transactions.ts'

/** Has the broker write the records of the plan: every one is the answer to a client's request. */
export async function fill(broker: BenchBroker, plan: Plan, progress: (commits: number) => void): Promise<void> {
  const place = { host: '127.0.0.1', port: broker.port }
  await withAdmin(broker, async admin => {
    const topics = plan.topics.map(topic => ({ topic, numPartitions: plan.partitionsPerTopic }))
    await admin.createTopics({ topics, waitForLeaders: true })
  })
  await untilLoaded(broker)
  await fillTransactions(place, plan)
  await fillModernGroups(place, plan)
  await fillCommits(place, plan, progress)
}

/**
 * Resolves when the broker has `__consumer_offsets`, which the first question makes, and has read all of it: a broker
 * that still loads its groups is busy.
 */
export async function untilLoaded(broker: Pick<BenchBroker, 'bootstrap'>): Promise<void> {
  await withAdmin(broker, async admin => {
    // Enough of them to meet every partition
    for (let index = 0; index < 64; index++)
      await untilAnswered(() => admin.fetchOffsets({ groupId: `question-${index}` }))
  })
}

/** That a group is still being read, or not yet, is an answer that kafkajs does not wait out. */
async function untilAnswered(ask: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await ask()
      return
    } catch (error) {
      if (!(error instanceof kafkajs.KafkaJSProtocolError) || !error.retriable) throw error
      await sleep(500)
    }
  }
}

async function withAdmin(
  broker: Pick<BenchBroker, 'bootstrap'>,
  use: (admin: kafkajs.Admin) => Promise<void>,
): Promise<void> {
  const client = new kafkajs.Kafka({
    brokers: [broker.bootstrap],
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 300, maxRetryTime: 1000, retries: 60 },
  })
  const admin = client.admin()
  await admin.connect()
  try {
    await use(admin)
  } finally {
    await admin.disconnect()
  }
}
