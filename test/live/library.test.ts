import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { lastValueFrom, take, toArray } from 'rxjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ConsumerMessage, createConsumer, type PartitionProgress } from '../../src/index.ts'
import type { JavaAdmin } from '../clients/admin.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { exampleProject, examplesIn } from '../library/examples.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { freePort } from '../servers/ports.ts'

let kafka: Kafka
let java: JavaClients
let admin: JavaAdmin

beforeAll(async () => {
  kafka = await startKafka()
  java = await startJava()
  admin = await java.admin(kafka.bootstrap)
  await admin.createTopics({ orders: 4 })
  // Enough of them to stand in every partition.
  for (let group = 0; group < 12; group++) await admin.alterOffsets(`group-${group}`, { orders: { 0: group } })
})
afterAll(async () => {
  await java[Symbol.asyncDispose]()
  await kafka.stop()
})

const textOf = (message: ConsumerMessage) => {
  if (message.kind === 'fault') return `fault ${message.fault.reason}`
  const { partition, offset } = message.source
  return `${partition}-${offset} ${message.kind}`
}

test('the example in the README shows the groups of a real cluster', async () => {
  const example = examplesIn('README.md').find(code => code.includes('createConsumer')) ?? ''
  expect(example).toContain('localhost:9092')
  expect(example.trim().split('\n').length).toBeLessThanOrEqual(10)
  using project = exampleProject({ 'example.ts': example.replace('localhost:9092', kafka.bootstrap) })
  const child = spawn(process.execPath, ['example.ts'], { cwd: project.directory, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  child.stdout.on('data', chunk => (printed += String(chunk)))
  child.stderr.on('data', chunk => (printed += String(chunk)))
  const ended = once(child, 'exit')
  try {
    const member = await java.consumer({ bootstrap: kafka.bootstrap, group: 'shop', topics: ['orders'], clientId: 'a' })
    await member.assigned({ orders: [0, 1, 2, 3] })
    await member.commit({ orders: { 2: 7 } })
    const expected = ['shop orders 2 7', 'shop a [{"topic":"orders","partitions":[0,1,2,3]}]']
    const all = (text: string) => expected.every(line => text.split('\n').includes(line))
    await until({ what: 'the example', ask: async () => printed, good: all })
    await member.close()
  } finally {
    child.kill('SIGKILL')
    await ended
  }
})

describe('a consumer', () => {
  test('gives the records that are there, decoded, and ends where the log ended', async () => {
    await admin.alterOffsets('batch-job', { orders: { 0: 3, 1: 4 } }, 'by hand')
    await admin.alterOffsets('batch-job', { orders: { 0: 5 } })
    await admin.deleteGroups('batch-job')
    await using consumer = createConsumer({ brokers: [kafka.bootstrap], untilEnd: true })
    const own: ConsumerMessage[] = []
    for await (const message of consumer.messages) {
      if (message.kind !== 'fault' && message.kind !== 'marker' && message.group === 'batch-job') own.push(message)
    }
    const shown = own.map(message => {
      if (message.kind === 'offset') return [message.topic, message.partition, message.commit?.offset ?? null]
      return message.kind === 'group' ? message.groupMetadata : message.kind
    })
    // In a batch the broker writes the offsets of a group in an order of its own.
    expect(shown.slice(0, 2).sort(asText)).toEqual([
      ['orders', 0, 3],
      ['orders', 1, 4],
    ])
    expect(shown[2]).toEqual(['orders', 0, 5])
    expect(shown.slice(3, 5).sort(asText)).toEqual([
      ['orders', 0, null],
      ['orders', 1, null],
    ])
    expect(shown.slice(5)).toEqual([null])
    const [first] = own
    expect(first).toMatchObject({ transaction: null, commit: { metadata: 'by hand', leaderEpoch: null } })
    const topicId = (await admin.topicIds('orders'))['orders'] ?? ''
    expect(consumer.topicNames.get(topicId)).toBe('orders')
    expect([...consumer.partitions.values()].map(({ partition, lag }) => [partition, lag]).sort(asText)).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 0],
    ])
  })

  test('gives the same messages to an Observer', async () => {
    await using iterated = createConsumer({ brokers: [kafka.bootstrap], untilEnd: true })
    await using observed = createConsumer({ brokers: [kafka.bootstrap], untilEnd: true })
    const expected: string[] = []
    for await (const message of iterated.messages) expected.push(textOf(message))
    const messages = await lastValueFrom(observed.messages.pipe(toArray()))
    expect(messages.map(textOf).sort()).toEqual(expected.sort())
    expect(expected.length).toBeGreaterThan(5)
  })

  test('continues from its position, also after an Observer stopped', async () => {
    await using whole = createConsumer({ brokers: [kafka.bootstrap], untilEnd: true, partitions: [0, 1] })
    const expected: string[] = []
    for await (const message of whole.messages) expected.push(textOf(message))
    await using consumer = createConsumer({ brokers: [kafka.bootstrap], untilEnd: true, partitions: [0, 1] })
    const parts: string[] = []
    for await (const message of consumer.messages) {
      parts.push(textOf(message))
      break
    }
    for (const message of await lastValueFrom(consumer.messages.pipe(take(1), toArray()))) parts.push(textOf(message))
    for await (const message of consumer.messages) parts.push(textOf(message))
    expect(parts.sort()).toEqual(expected.sort())
    expect(expected.length).toBeGreaterThan(2)
  })

  test('follows, reports how far it is, and takes in partitions that are added', async () => {
    await admin.createTopics({ copy: 1 })
    const producer = await java.producer({ bootstrap: kafka.bootstrap })
    await using consumer = createConsumer({
      brokers: [kafka.bootstrap],
      topic: 'copy',
      metadataMaxAgeMs: 200,
    })
    const reports: PartitionProgress[] = []
    consumer.partitions$.subscribe(report => reports.push(report))
    const seen: string[] = []
    consumer.messages.subscribe(message => seen.push(textOf(message)))
    await producer.send({ topic: 'copy', count: 3 })
    await until({ what: 'three records', ask: async () => consumer.partitions.get(0)?.position, good: at => at === 3 })
    expect(seen).toHaveLength(3)
    expect(reports.at(-1)).toMatchObject({ partition: 0, position: 3, logEnd: 3, lag: 0 })

    await admin.createPartitions('copy', 2)
    await until({
      what: 'the new partition',
      ask: async () => consumer.partitions.get(1),
      good: at => at !== undefined,
    })
    expect(new Set(reports.map(({ partition }) => partition))).toEqual(new Set([0, 1]))
    await producer.close()
  })

  test('is closed while it waits: the messages end, and everything with them', async () => {
    const consumer = createConsumer({ brokers: [kafka.bootstrap], from: 'latest' })
    const rest = (async () => {
      let count = 0
      for await (const _ of consumer.messages) count++
      return count
    })()
    let completed = 0
    consumer.messages.subscribe({ complete: () => completed++ })
    consumer.partitions$.subscribe({ complete: () => completed++ })
    await until({ what: 'positions', ask: async () => consumer.partitions.size, good: size => size === 4 })
    await Promise.all([consumer.close(), consumer.close()])
    expect(await rest).toBe(0)
    expect(completed).toBe(2)
    expect(await lastValueFrom(consumer.messages.pipe(toArray()))).toEqual([])
  })

  test('is closed by a signal, also when no messages are requested', async () => {
    const stopping = new AbortController()
    const consumer = createConsumer({ brokers: [kafka.bootstrap], signal: stopping.signal })
    for await (const _ of consumer.messages) break
    let isComplete = false
    consumer.partitions$.subscribe({ complete: () => (isComplete = true) })
    stopping.abort()
    await until({ what: 'the end', ask: async () => isComplete, good: is => is })
    await expect(consumer.close()).resolves.toBeUndefined()
  })
})

describe('where no broker is', () => {
  test('a consumer says so, with host and port, to everybody who asks', async () => {
    const port = await freePort()
    const broker = `127.0.0.1:${port}`
    await using consumer = createConsumer({ brokers: [broker], connectTimeoutMs: 500 })
    const failure = { name: 'KoffError', code: 'BROKER_UNREACHABLE', message: expect.stringContaining(broker) }
    await expect(lastValueFrom(consumer.messages)).rejects.toMatchObject(failure)
    const messages = consumer.messages[Symbol.asyncIterator]()
    await expect(messages.next()).rejects.toMatchObject(failure)
  })

  test('a consumer can be closed before it gives up', async () => {
    // Takes every connection and never answers.
    const mute = createServer(socket => socket.resume()).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    const { port } = mute.address() as AddressInfo
    const consumer = createConsumer({ brokers: [`127.0.0.1:${port}`], connectTimeoutMs: 60_000 })
    const messages = consumer.messages[Symbol.asyncIterator]()
    const next = messages.next()
    await sleep(200)
    const start = performance.now()
    await consumer.close()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(performance.now() - start).toBeLessThan(30_000)
    // Waits for all connections.
    await promisify(mute.close.bind(mute))()
  })
})

function asText(a: unknown, b: unknown): number {
  return String(a) < String(b) ? -1 : 1
}
