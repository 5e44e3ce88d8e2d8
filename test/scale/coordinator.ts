import kafkajs from 'kafkajs'
import type { TestRecord } from '../state/batchOf.ts'

/**
 * Appends to a live `__consumer_offsets` as a coordinator does. The partition's own coordinator does not read what others
 * append; but when it appends something itself, it finds other offsets than it expects, and loads the partition again.
 */
export interface TestCoordinator extends AsyncDisposable {
  /** One batch. */
  append(partition: number, records: readonly TestRecord[]): Promise<void>
}

export async function openTestCoordinator(brokers: readonly string[]): Promise<TestCoordinator> {
  // Brokers let a client of this id write to internal topics.
  const kafka = new kafkajs.Kafka({
    clientId: '__admin_client',
    brokers: [...brokers],
    logLevel: kafkajs.logLevel.NOTHING,
  })
  const producer = kafka.producer()
  await producer.connect()
  return {
    append: async (partition, records) => {
      const messages = records.map(({ key, value }) => ({ partition, key, value }))
      await producer.send({ topic: '__consumer_offsets', messages })
    },
    [Symbol.asyncDispose]: () => producer.disconnect(),
  }
}
