/*
 * Events with kafkajs and the client of the schema registry. From npm: kafkajs, @kafkajs/confluent-schema-registry, avsc.
 *
 *   KOFF_BROKERS=localhost:9092 SCHEMA_REGISTRY_URL=http://localhost:8081/apis/ccompat/v7 node examples/consumer.ts
 */
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import avsc from 'avsc'
import kafkajs from 'kafkajs'

// avsc reads a long as a number, and fails on one above 2^53. This one gives a text then, as koff does in JSON.
const exactLong = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => asNumber(bytes.readBigInt64LE()),
  toBuffer: (value: bigint | number) => Buffer.from(BigInt64Array.of(BigInt(value)).buffer),
  fromJSON: Number,
  toJSON: String,
  isValid: (value: unknown) => value !== null,
  compare: (a: number, b: number) => a - b,
})
const asNumber = (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : String(value))
const isLong = (schema: unknown) => schema === 'long' || (schema as { readonly type?: unknown }).type === 'long'
const typeHook = (schema: unknown) => (isLong(schema) ? exactLong : undefined)

const host = process.env.SCHEMA_REGISTRY_URL ?? 'http://localhost:8081/apis/ccompat/v7'
const registry = new SchemaRegistry({ host }, { [SchemaType.AVRO]: { typeHook } })
const brokers = (process.env.KOFF_BROKERS ?? 'localhost:9092').split(',')
// kafkajs writes notices to standard output, where the events are. It reads committed records only, as it should.
const kafka = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.WARN })
const consumer = kafka.consumer({ groupId: process.env.GROUP ?? 'events-example-kafkajs' })

await consumer.connect()
await consumer.subscribe({ topic: process.env.TOPIC ?? 'koff.events', fromBeginning: true })
await consumer.run({
  eachMessage: async ({ message: { value, headers } }) => {
    // Headers tell what it is: what is not wanted need not be decoded.
    if (value === null || String(headers?.['ce_type']) === 'dev.koff.koff-heartbeat') return
    process.stdout.write(`${JSON.stringify(await registry.decode(value))}\n`)
  },
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void consumer.disconnect())
