import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import kafkajs from 'kafkajs'

/** An event as it was found. */
export interface Found {
  readonly group: string
  /** Of an `offset-committed`; null for other events. */
  readonly offset: number | null
  /** When koff sent it, and when the consumer had it, ms since the epoch. */
  readonly sentAt: number
  readonly readAt: number
}

export interface CleanReader extends AsyncDisposable {
  readonly count: number
}

export interface CleanReaderOptions {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly registry: string
  readonly take: (found: Found) => void
  /** Begins with the events that were sent from then on, ms since the epoch. */
  readonly since: number
}

/** A consumer that koff did not write: kafkajs, read_committed, and the registry's client. */
export async function openCleanReader(options: CleanReaderOptions): Promise<CleanReader> {
  const { brokers, topic, registry, take, since } = options
  const schemas = new SchemaRegistry({ host: registry })
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: 'bench-reader', maxWaitTimeInMs: 500, maxBytesPerPartition: 4_000_000 })
  let count = 0
  const begin = await offsetsAt(kafka, topic, since)
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatch: async payload => {
      const { batch } = payload
      const readAt = Date.now()
      for (const { value, key, timestamp, headers } of batch.messages) {
        count++
        const isCommit = String(headers?.['ce_type']).endsWith('offset-committed')
        const offset = isCommit && value !== null ? offsetIn(await schemas.decode(value)) : null
        take({ group: String(key), offset, sentAt: Number(timestamp), readAt })
      }
      await payload.heartbeat()
    },
  })
  for (const { partition, offset } of begin) consumer.seek({ topic, partition, offset })
  return {
    get count() {
      return count
    },
    [Symbol.asyncDispose]: () => consumer.disconnect(),
  }
}

async function offsetsAt(kafka: kafkajs.Kafka, topic: string, timestamp: number) {
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await admin.fetchTopicOffsetsByTimestamp(topic, timestamp)
  } finally {
    await admin.disconnect()
  }
}

/** Before each type had a schema, `data` was a union, which is wrapped in the name of its branch. */
function offsetIn(event: unknown): number {
  const { data } = event as { readonly data: Readonly<Record<string, unknown>> }
  const own = typeof data['offset'] === 'number' ? data : (Object.values(data)[0] as { readonly offset: number })
  return Number(own['offset'])
}
