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
}

/** A consumer that koff did not write: kafkajs, read_committed, and the registry's client. */
export async function openCleanReader(options: CleanReaderOptions): Promise<CleanReader> {
  const { brokers, topic, registry, take } = options
  const schemas = new SchemaRegistry({ host: registry })
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: 'bench-reader', maxWaitTimeInMs: 500, maxBytesPerPartition: 4_000_000 })
  let count = 0
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatch: async payload => {
      const { batch } = payload
      const readAt = Date.now()
      for (const { value, key, timestamp, headers } of batch.messages) {
        count++
        const isCommit = String(headers?.['ce_type']) === 'dev.koff.offset-committed'
        const offset = isCommit && value !== null ? offsetIn(await schemas.decode(value)) : null
        take({ group: String(key), offset, sentAt: Number(timestamp), readAt })
      }
      await payload.heartbeat()
    },
  })
  return {
    get count() {
      return count
    },
    [Symbol.asyncDispose]: () => consumer.disconnect(),
  }
}

function offsetIn(event: unknown): number {
  return (event as { readonly data: { readonly offset: number } }).data.offset
}
