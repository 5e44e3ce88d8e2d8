/*
 * A consumer of the clean topic, with kafkajs and the client of the schema registry: nothing of koff is needed to read it.
 *
 *   KOFF_BROKERS=localhost:9092 SCHEMA_REGISTRY_URL=http://localhost:8081/apis/ccompat/v7 node examples/consumer.ts
 */
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import kafkajs from 'kafkajs'

const registry = new SchemaRegistry({
  host: process.env.SCHEMA_REGISTRY_URL ?? 'http://localhost:8081/apis/ccompat/v7',
})
const brokers = (process.env.KOFF_BROKERS ?? 'localhost:9092').split(',')
// Its notices go to standard output, where the events are.
const kafka = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.WARN })
// kafkajs reads what is committed unless told otherwise: koff writes in transactions, and what was aborted is written again.
const consumer = kafka.consumer({ groupId: process.env.GROUP ?? 'clean-topic-example' })

await consumer.connect()
await consumer.subscribe({ topic: process.env.TOPIC ?? 'koff.events', fromBeginning: true })
await consumer.run({
  eachMessage: async ({ message: { value, headers } }) => {
    if (value === null) return
    // The headers are those of CloudEvents: what is not wanted need not be decoded.
    if (String(headers?.['ce_type']) === 'dev.koff.koff-heartbeat') return
    process.stdout.write(`${JSON.stringify(await registry.decode(value))}\n`)
  },
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void consumer.disconnect())
