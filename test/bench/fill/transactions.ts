import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import type { Place } from './connections.ts'
import type { Plan } from './plan.ts'

const producers = 10
const partitionsEach = 6

/** Transactions that commit offsets, some of which are aborted. */
export async function fillTransactions({ host, port }: Place, plan: Plan): Promise<void> {
  const client = new kafkajs.Kafka({
    brokers: [`${host}:${port}`],
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 20, retries: 20 },
  })
  const each = Math.ceil(plan.transactions / producers)
  const work = async (_: unknown, index: number) => {
    const producer = client.producer({
      transactionalId: `settlement-${index}`,
      idempotent: true,
      maxInFlightRequests: 1,
    })
    await producer.connect()
    const from = index * each
    for (let number = from; number < Math.min(plan.transactions, from + each); number++) {
      const transaction = await producer.transaction()
      const partitions = Array.from({ length: partitionsEach }, (_, partition) => ({
        partition,
        offset: String(1000 * number + partition),
      }))
      const topics = [{ topic: plan.topics[index % plan.topics.length] ?? '', partitions }]
      await untilTaken(() => transaction.sendOffsets({ consumerGroupId: `settlement-group-${index}`, topics }))
      if (number < plan.abortedTransactions * producers && number % producers === 0) await transaction.abort()
      else await transaction.commit()
    }
    await producer.disconnect()
  }
  await Promise.all(Array.from({ length: producers }).map(work))
}

/** The broker may still be ending the last transaction, and of that kafkajs makes a failure. */
async function untilTaken(send: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await send()
    } catch (error) {
      if (!(error instanceof kafkajs.KafkaJSProtocolError) || error.type !== 'CONCURRENT_TRANSACTIONS') throw error
      await sleep(5)
    }
  }
}
