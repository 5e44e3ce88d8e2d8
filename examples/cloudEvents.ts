/*
 * Events as CloudEvents, with kafkajs and the SDK of CloudEvents: what happened, to which group, how bad. Nothing is decoded.
 * From npm: kafkajs, cloudevents.
 *
 *   KOFF_BROKERS=localhost:9092 node examples/cloudEvents.ts
 */
import { type CloudEvent, Kafka as kafkaBinding } from 'cloudevents'
import kafkajs from 'kafkajs'

const brokers = (process.env.KOFF_BROKERS ?? 'localhost:9092').split(',')
const kafka = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.WARN })
const consumer = kafka.consumer({ groupId: process.env.GROUP ?? 'events-example-cloudevents' })

await consumer.connect()
await consumer.subscribe({ topic: process.env.TOPIC ?? 'koff.events', fromBeginning: true })
await consumer.run({
  eachMessage: async ({ message: { key, value, headers } }) => {
    // The SDK wants texts where kafkajs gives bytes.
    const text = Object.fromEntries(Object.entries(headers ?? {}).map(([name, bytes]) => [name, String(bytes)]))
    const message = { key: String(key), value, headers: text, body: value }
    const event = kafkaBinding.toEvent(message) as CloudEvent<Buffer>
    const { id, type, source, subject, time, datacontenttype, dataschema } = event
    const severity = { text: event['severitytext'], number: event['severitynumber'] }
    const line = { id, type, source, subject, time, severity, datacontenttype, dataschema, bytes: event.data?.length }
    process.stdout.write(`${JSON.stringify(line)}\n`)
  },
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void consumer.disconnect())
