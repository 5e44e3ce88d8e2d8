import kafkajs from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noLog } from '../../src/base/log.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { eventLine } from '../../src/events/ndjson.ts'
import { type KafkaSinkOptions, kafkaSink } from '../../src/sinks/kafka/sink.ts'
import { readAvro } from '../clients/avro.ts'
import { startJvm } from '../clients/jvm.ts'
import { javaProducer } from '../clients/producer.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { type Registry, startRegistry } from '../servers/registry.ts'
import { sinkConformance } from '../sinks/conformance.ts'
import { events } from '../sinks/events.ts'
import { byGroup } from '../sinks/received.ts'
import { toTopic } from '../sinks/toTopic.ts'
import { readCleanTopic, readTopic } from './cleanTopic.ts'

const running = new AbortController().signal
let kafka: Kafka
let registry: Registry

beforeAll(async () => {
  ;[kafka, registry] = await Promise.all([startKafka(), startRegistry()])
})
afterAll(async () => {
  await Promise.all([kafka.stop(), registry.stop()])
})

let topics = 0
const newTopic = () => `koff-events-${(topics += 1)}`
const options = (topic: string): KafkaSinkOptions => ({
  brokers: kafka.brokers,
  ...toTopic(topic),
  registry: { url: registry.url },
})
const read = (topic: string) => readCleanTopic({ brokers: kafka.brokers, topic }, registry.url)

sinkConformance('kafka', async () => {
  const topic = newTopic()
  const sink = kafkaSink({ ...options(topic), deliveryTimeoutMs: 1_000 })
  return {
    sink,
    received: async () => (await read(topic)).map(({ value }) => value),
    stall: async () => {
      process.kill(kafka.pid, 'SIGSTOP')
      return async () => void process.kill(kafka.pid, 'SIGCONT')
    },
    fail: async () => {
      await kafka.kill()
      return async () => {
        await kafka.start()
        return sink
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
})

test('events are read by a consumer that koff did not write: key, headers, value, int64 exact', async () => {
  const topic = newTopic()
  const written = events(60)
  await write(options(topic), written)
  const messages = await read(topic)
  const byId = new Map(messages.map(message => [message.value.id, message]))
  expect(byId.size).toBe(60)
  for (const event of written) {
    const message = byId.get(event.id)
    expect(message?.key).toBe(event.group)
    expect(message?.headers).toEqual({
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_type: `dev.koff.${event.type}`,
      ce_source: '/clusters/c1/topics/__consumer_offsets',
      ce_subject: event.group,
      ce_partitionkey: event.group,
      ce_time: new Date(event.time).toISOString(),
      ce_dataschema: expect.stringMatching(/\/schemas\/ids\/\d+$/),
      ce_severitytext: 'INFO',
      ce_severitynumber: '9',
      'content-type': 'application/avro',
    })
    expect(message?.value).toMatchObject({
      type: event.type,
      group: event.group,
      source: { offset: BigInt(event.source.offset) },
    })
  }
  const committed = written.find(event => event.type === 'offset-committed')
  expect(byId.get(committed?.id ?? '')?.value.data).toEqual({
    ...committed?.data,
    previous: BigInt(committed?.source.offset ?? 0),
  })
})

test('Java reads the same with Avro’s own reader, and its producer puts the same keys into the same partitions', async () => {
  const topic = newTopic()
  const written = events(60)
  await write(options(topic), written)
  const jvm = await startJvm()
  try {
    const messages = await readAvro(jvm, { bootstrap: kafka.bootstrap, topic, registry: registry.url, count: 60 })
    const byId = new Map(messages.map(message => [message.headers['ce_id'], message]))
    for (const event of written) {
      expect(byId.get(event.id)?.key).toBe(event.group)
      expect(byId.get(event.id)?.value).toEqual(asJavaReads(event))
    }
    const plain = newTopic()
    await withAdmin(admin => admin.createTopics({ topics: [{ topic: plain, numPartitions: 8 }], waitForLeaders: true }))
    const producer = await javaProducer(jvm, { bootstrap: kafka.bootstrap })
    for (const { key, value } of await read(topic)) await producer.send({ topic: plain, key, value: value.id })
    await producer.close()
    const chosenByJava = await partitionOfKeys(plain)
    expect(chosenByJava.size).toBe(7)
    expect(await partitionOfKeys(topic)).toEqual(chosenByJava)
  } finally {
    await jvm.close()
  }
})

test('a topic that is missing is created as configured; the registry keeps its schema compatible with every other', async () => {
  const topic = newTopic()
  await write({ ...options(topic), partitions: 5, replicationFactor: 1 }, events(1))
  await withAdmin(async admin => {
    const { topics: found } = await admin.fetchTopicMetadata({ topics: [topic] })
    expect(found[0]?.partitions.map(({ replicas }) => replicas.length)).toEqual([1, 1, 1, 1, 1])
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
    })
    const config = new Map(resources[0]?.configEntries.map(entry => [entry.configName, entry.configValue]))
    expect(config.get('cleanup.policy')).toBe('delete')
    expect(config.get('max.message.bytes')).toBe('1048588')
  })
  expect(await registryGet(`/subjects/${topic}-dev.koff.MemberJoined/versions`)).toEqual([1])
  expect(await registryGet(`/config/${topic}-dev.koff.MemberJoined`)).toEqual({ compatibilityLevel: 'FULL_TRANSITIVE' })
})

test('who opens a topic again finds its schema and changes nothing, also under another compatibility', async () => {
  const topic = newTopic()
  await write(options(topic), events(1))
  await registryPut(`/config/${topic}-dev.koff.MemberJoined`, { compatibility: 'FORWARD' })
  await write(options(topic), events(2).slice(1))
  expect(await registryGet(`/subjects/${topic}-dev.koff.MemberJoined/versions`)).toEqual([1])
  expect(await registryGet(`/config/${topic}-dev.koff.MemberJoined`)).toEqual({ compatibilityLevel: 'FORWARD' })
  expect((await read(topic)).map(({ value }) => value.id).sort()).toEqual(['1-0-0', '1-1-0'])
})

test('a topic that is compacted would lose events and is refused', async () => {
  const topic = newTopic()
  const configEntries = [{ name: 'cleanup.policy', value: 'compact' }]
  await withAdmin(admin => admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }] }))
  await expect(write(options(topic), events(1))).rejects.toMatchObject({
    code: 'TOPIC_UNFIT',
    retriable: false,
    message: expect.stringContaining('cleanup.policy=compact'),
  })
})

test('more replicas than there are brokers are refused by the cluster, in its words', async () => {
  const writing = write({ ...options(newTopic()), replicationFactor: 3 }, events(1))
  await expect(writing).rejects.toMatchObject({ code: 'TOPIC_UNFIT', message: expect.stringContaining('eplication') })
})

test('a topic that takes no message of 1 MiB is refused, with its limit and the command that raises it', async () => {
  const topic = newTopic()
  const configEntries = [{ name: 'max.message.bytes', value: '1000000' }]
  await withAdmin(admin => admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }] }))
  const command = `kafka-configs --bootstrap-server ${kafka.bootstrap} --alter --entity-type topics --entity-name ${topic} --add-config max.message.bytes=1048588`
  await expect(write(options(topic), events(1))).rejects.toMatchObject({
    code: 'TOPIC_UNFIT',
    retriable: false,
    message: `topic ${topic} has max.message.bytes=1000000; koff writes messages of up to 1 MiB: ${command}`,
  })
})

test('a topic whose limit is lowered gets what fits, in order; what does not is logged with group, type, id and size', async () => {
  const topic = newTopic()
  const lines: { message: string; fields: unknown }[] = []
  const log = { ...noLog, warn: (message: string, fields: unknown) => void lines.push({ message, fields }) }
  await using sink = kafkaSink({ ...options(topic), partitions: 1, log })
  await sink.open(running)
  await withAdmin(admin =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: topic,
          configEntries: [{ name: 'max.message.bytes', value: '4000' }],
        },
      ],
    }),
  )
  const all = events(60).map((event, at) => (at === 31 ? { ...event, group: 'g'.repeat(5_000) } : event))
  await sink.write(all, running)
  const left = all[31] as KoffEvent
  // What was taken before the first refusal comes again.
  expect([...new Set((await read(topic)).map(({ value }) => value.id))]).toEqual(
    all.filter(event => event !== left).map(({ id }) => id),
  )
  expect(lines).toEqual([
    {
      message: expect.stringMatching(
        new RegExp(`^event ${left.id} of group g+ is dropped: offset-committed, \\d+ bytes, .*kafka-configs`),
      ),
      fields: { group: left.group, type: left.type, id: left.id, topic, bytes: expect.any(Number) },
    },
  ])
})

test('a broker that is killed while events are written costs nothing but time', async () => {
  const topic = newTopic()
  await using sink = kafkaSink({ ...options(topic), requestTimeoutMs: 2_000 })
  await sink.open(running)
  await sink.write(events(10), running)
  const writing = sink.write(events(3_000).slice(10), running)
  await kafka.kill()
  await kafka.start()
  await writing
  // Not even twice: what was not answered is sent again as it was, and the broker knows its sequence numbers
  const received = (await read(topic)).map(({ value }) => value)
  expect(byGroup(received)).toEqual(byGroup(events(3_000)))
})

test('a sink that is closed in the middle of a write ends it', async () => {
  const sink = kafkaSink(options(newTopic()))
  await sink.open(running)
  process.kill(kafka.pid, 'SIGSTOP')
  try {
    const outcome = sink.write(events(2_000), running).catch((error: unknown) => error)
    await sink[Symbol.asyncDispose]()
    expect(await outcome).toMatchObject({ code: 'SINK_FAILED' })
  } finally {
    process.kill(kafka.pid, 'SIGCONT')
  }
})

test('a broker that is not there is named after the time that was given', async () => {
  const before = performance.now()
  const writing = write({ ...options('nowhere'), brokers: ['127.0.0.1:1'], openTimeoutMs: 1_000 }, events(1))
  await expect(writing).rejects.toMatchObject({
    code: 'BROKER_UNREACHABLE',
    retriable: true,
    message: expect.stringMatching(/^Kafka at 127\.0\.0\.1:1 cannot be reached: connection refused/),
  })
  expect(performance.now() - before).toBeLessThan(20_000)
})

async function write(settings: KafkaSinkOptions, all: readonly KoffEvent[]): Promise<void> {
  await using sink = kafkaSink(settings)
  await sink.open(running)
  await sink.write(all, running)
}

async function partitionOfKeys(topic: string): Promise<Map<string, number>> {
  const messages = await readTopic({ brokers: kafka.brokers, topic })
  return new Map(messages.map(({ key, partition }) => [key, partition]))
}

async function withAdmin<T>(work: (admin: kafkajs.Admin) => Promise<T>): Promise<T> {
  const admin = client().admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

function client(): kafkajs.Kafka {
  return new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING })
}

async function registryGet(path: string): Promise<unknown> {
  return (await fetch(`${registry.url}${path}`)).json()
}

async function registryPut(path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${registry.url}${path}`, { method: 'PUT', headers, body: JSON.stringify(body) })
  expect(response.status).toBe(200)
}

/** int64 beyond 2^53 are rounded on their way from Java to here; that they are exact is seen with the other reader. */
function asJavaReads(event: KoffEvent): unknown {
  return JSON.parse(eventLine(event), (_, value: unknown) =>
    typeof value === 'string' && /^\d{16,}$/.test(value) ? Number(value) : value,
  )
}
