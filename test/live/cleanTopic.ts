import { setTimeout as sleep } from 'node:timers/promises'
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import avsc from 'avsc'
import kafkajs from 'kafkajs'

export interface Message<V> {
  readonly partition: number
  readonly key: string
  readonly headers: Readonly<Record<string, string>>
  readonly value: V
}

/** As the registry's client decodes it: a bigint for every long. */
export interface CleanValue {
  readonly id: string
  readonly group: string
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface Topic {
  readonly brokers: readonly string[]
  readonly topic: string
}

/** The topic of the events, read as a service would that knows nothing of koff: kafkajs and the registry's client. */
export async function readCleanTopic(place: Topic, registryUrl: string): Promise<readonly Message<CleanValue>[]> {
  const registry = new SchemaRegistry({ host: registryUrl }, { [SchemaType.AVRO]: { typeHook } })
  const clean: Message<CleanValue>[] = []
  for (const message of await readTopic(place)) {
    clean.push({ ...message, value: (await registry.decode(message.value)) as CleanValue })
  }
  return clean
}

/** All that a topic holds now of what was committed; those of one partition in order. */
export async function readTopic({ brokers, topic }: Topic): Promise<readonly Message<Buffer>[]> {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING })
  const unread = await endsOf(kafka, topic)
  const messages: Message<Buffer>[] = []
  if (unread.size === 0) return messages
  const consumer = kafka.consumer({ groupId: `reader-${Math.random()}`, maxBytesPerPartition: 32_000_000 })
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: true })
    const { promise: all, resolve, reject } = Promise.withResolvers<void>()
    consumer.on('consumer.crash', ({ payload }) => {
      if (!payload.restart) reject(payload.error)
    })
    // Also told of batches of which nothing is delivered: markers, and what was aborted.
    consumer.on('consumer.end_batch_process', ({ payload: { partition, lastOffset } }) => {
      if (Number(lastOffset) + 1 >= (unread.get(partition) ?? 0)) unread.delete(partition)
      if (unread.size === 0) resolve()
    })
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message: { key, value, headers } }) => {
        if (key === null || value === null) return reject(new Error(`a message of ${topic} has no key or no value`))
        const text = Object.entries(headers ?? {}).map(([name, bytes]) => [name, String(bytes)])
        messages.push({ partition, key: key.toString(), headers: Object.fromEntries(text), value })
      },
    })
    await all
  } finally {
    await consumer.disconnect()
  }
  return messages
}

/** Where the partitions that hold something end. */
async function endsOf(kafka: kafkajs.Kafka, topic: string): Promise<Map<number, number>> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const offsets = await fetchOffsets(admin, topic)
    const holding = offsets.filter(({ high, low }) => Number(high) > Number(low))
    return new Map(holding.map(({ partition, high }) => [partition, Number(high)]))
  } finally {
    await admin.disconnect()
  }
}

/** kafkajs does not try this again by itself, and the leaders of a topic that was just created are not there at once. */
async function fetchOffsets(admin: kafkajs.Admin, topic: string) {
  for (;;) {
    try {
      return await admin.fetchTopicOffsets(topic)
    } catch (error) {
      const type = error instanceof Error && 'type' in error ? error.type : undefined
      if (type !== 'NOT_LEADER_FOR_PARTITION' && type !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error
      await sleep(50)
    }
  }
}

const bigints = avsc.types.LongType.__with({
  isValid: (value: unknown) => typeof value === 'bigint',
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(value)
    return bytes
  },
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toJSON: String,
  fromJSON: BigInt,
  compare: (a: bigint, b: bigint) => Number(a > b) - Number(a < b),
})

/** For the registry's client: a bigint for every long. */
export const typeHook = (schema: unknown) => (schema === 'long' ? bigints : undefined)
