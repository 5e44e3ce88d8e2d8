import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { getEventListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fetch } from '../../src/kafka/protocol/fetch.ts'
import { openKafkaSource } from '../../src/sources/kafka/source.ts'
import type { JavaAdmin } from '../clients/admin.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { follow, recordsOnDisk } from './follow.ts'

const offsets = '__consumer_offsets'
const all = [0, 1, 2, 3]

let kafka: Kafka
let java: JavaClients
let admin: JavaAdmin

beforeAll(async () => {
  kafka = await startKafka()
  java = await startJava()
  admin = await java.admin(kafka.bootstrap)
})
afterAll(async () => {
  await java[Symbol.asyncDispose]()
  await kafka.stop()
})

/** Log ends of a topic's partitions, in order. */
async function endsOf(topic: string): Promise<Record<number, number>> {
  return { ...(await admin.endOffsets(topic))[topic] }
}

test('a topic that is not there is waited for, which is said once, and not created', async () => {
  await using live = await follow({ brokers: [kafka.bootstrap] })
  expect(live.source.cluster).toBe(kafka.clusterId)
  await sleep(2500)
  expect(live.lines).toEqual([expect.stringMatching(`^${offsets} does not exist yet: waiting for it`)])
  await expect(admin.endOffsets(offsets)).rejects.toThrow('UnknownTopicOrPartition')

  await admin.createTopics({ orders: 4 })
  await admin.alterOffsets('first', { orders: { 0: 1 } })
  await live.reached({ 0: 0, 1: 0, 2: 0, 3: 0 })
  await live.reached(await endsOf(offsets))
  // A topic that was just made can be without a leader for a moment, which is told as any trouble is.
  const ofTheTopic = live.lines.filter(line => !/cannot be read|is read again/.test(line))
  expect(ofTheTopic.slice(1)).toEqual([`${offsets} now exists`])
})

describe('every record comes exactly once, in the order of the log', () => {
  test('while it is written, with the control batches of transactions', async () => {
    await using live = await follow({ brokers: [kafka.bootstrap] })
    const producer = await java.producer({ bootstrap: kafka.bootstrap, transactionalId: 'source-test' })
    for (let round = 0; round < 40; round++) {
      await admin.alterOffsets(`plain-${round % 7}`, { orders: { 0: round, 1: round } })
      await producer.begin()
      await producer.sendOffsets({ orders: { 2: round } }, { group: `transactional-${round % 5}` })
      if (round % 3 === 0) await producer.abort()
      else await producer.commit()
    }
    await producer.close()
    const ends = await endsOf(offsets)
    await live.reached(ends)
    let control = 0
    for (const partition of all) {
      const { records, positions, faults } = live.of(partition)
      expect(records).toEqual(await recordsOnDisk(kafka.dataFolder, offsets, partition))
      expect(faults).toEqual([])
      expect(positions.at(-1)).toMatchObject({ position: ends[partition], logEnd: ends[partition] })
      expect(positions.map(({ position }) => position)).toEqual(
        positions.map(({ position }) => position).toSorted((a, b) => a - b),
      )
      control += records.filter(line => line.includes('control')).length
    }
    expect(control).toBe(40)
  })

  test.each(fetch.versions)('with version %i of Fetch', async version => {
    await using live = await follow({ brokers: [kafka.bootstrap], fetchVersions: [version], untilEnd: true })
    await live.ended
    for (const partition of all) {
      expect(live.of(partition).records).toEqual(await recordsOnDisk(kafka.dataFolder, offsets, partition))
    }
  })

  test('where a batch is larger than the requested size, and other partitions wait', async () => {
    await admin.createTopics({ large: 3 }, { 'max.message.bytes': '4000000' })
    const producer = await java.producer({
      bootstrap: kafka.bootstrap,
      config: { 'max.request.size': '4000000', 'batch.size': '1', 'buffer.memory': '64000000' },
    })
    for (let round = 0; round < 6; round++) {
      for (const partition of [0, 1, 2]) {
        const value = 'x'.repeat((round + partition) % 3 === 0 ? 2_000_000 : 10)
        await producer.send({ topic: 'large', partition, value, count: 2 })
      }
    }
    const limits = { maxBytes: 10_000, maxPartitionBytes: 5000 }
    await using live = await follow({ brokers: [kafka.bootstrap], topic: 'large', untilEnd: true, ...limits })
    await live.ended
    for (const partition of [0, 1, 2]) {
      const { records } = live.of(partition)
      expect(records).toHaveLength(12)
      expect(records).toEqual(await recordsOnDisk(kafka.dataFolder, 'large', partition))
    }
  })

  test('of partitions that are added later, from their start', async () => {
    await admin.createTopics({ growing: 1 })
    const options = { brokers: [kafka.bootstrap], topic: 'growing', from: 'latest', metadataMaxAgeMs: 200 } as const
    const producer = await java.producer({ bootstrap: kafka.bootstrap })
    await producer.send({ topic: 'growing', partition: 0, value: 'before' })
    await using live = await follow(options)
    await live.reached({ 0: 1 })
    await admin.createPartitions('growing', 3)
    for (const partition of [0, 1, 2]) await producer.send({ topic: 'growing', partition, value: 'after', count: 3 })
    await live.reached({ 0: 4, 1: 3, 2: 3 })
    expect(live.of(0).records).toHaveLength(3)
    expect(live.of(2).records).toEqual(await recordsOnDisk(kafka.dataFolder, 'growing', 2))
  })
})

describe('reading begins', () => {
  beforeAll(async () => {
    await admin.createTopics({ begin: 2 })
    const producer = await java.producer({ bootstrap: kafka.bootstrap })
    await producer.send({ topic: 'begin', partition: 0, value: 'old', count: 5 })
    await producer.send({ topic: 'begin', partition: 1, value: 'old', count: 5 })
    await sleep(20)
  })

  test('at a position of its own in each partition, at the start in the others', async () => {
    const from = new Map([[1, 3]])
    await using live = await follow({ brokers: [kafka.bootstrap], topic: 'begin', from, untilEnd: true })
    await live.ended
    expect(live.of(0).records).toHaveLength(5)
    expect(live.of(1).records.map(line => Number.parseInt(line, 10))).toEqual([3, 4])
    expect(live.of(1).positions[0]).toMatchObject({ position: 3, logEnd: 5 })
  })

  test('at the end, or at a time, of the partitions that are named', async () => {
    const time = Date.now()
    const options = { brokers: [kafka.bootstrap], topic: 'begin', partitions: [0] }
    await using latest = await follow({ ...options, from: 'latest' })
    await latest.reached({ 0: 5 })
    const producer = await java.producer({ bootstrap: kafka.bootstrap })
    await producer.send({ topic: 'begin', partition: 0, value: 'new', count: 2 })
    await producer.send({ topic: 'begin', partition: 1, value: 'new', count: 2 })
    await latest.reached({ 0: 7 })
    await using timed = await follow({ ...options, from: { timestamp: time }, untilEnd: true })
    await timed.ended
    for (const live of [latest, timed]) {
      expect(live.of(0).records.map(line => Number.parseInt(line, 10))).toEqual([5, 6])
      expect(live.of(1)).toEqual({ records: [], faults: [], positions: [] })
    }
    await using future = await follow({ ...options, from: { timestamp: time + 3_600_000 } })
    await future.reached({ 0: 7 })
    expect(future.of(0).records).toEqual([])
  })

  test('in no partition that is not there', async () => {
    const opening = follow({ brokers: [kafka.bootstrap], topic: 'begin', partitions: [0, 2, 7] })
    await expect(opening).rejects.toMatchObject({
      code: 'USAGE',
      message: 'begin has 2 partitions; 2, 7 is not one of them',
    })
  })

  test('in no topic that is not there, unless it is to be waited for', async () => {
    const opening = follow({ brokers: [kafka.bootstrap], topic: 'absent', waitForTopic: false })
    await expect(opening).rejects.toMatchObject({ code: 'BROKER_ERROR', message: expect.stringContaining('absent') })
    await using live = await follow({ brokers: [kafka.bootstrap], topic: 'absent', untilEnd: true })
    await live.ended
    expect(live.lines).toEqual(['absent does not exist yet: nothing to read'])
  })
})

describe('records that the cluster lost are reported', () => {
  test('where the log start is past the position', async () => {
    await admin.createTopics({ shortened: 1 })
    const producer = await java.producer({ bootstrap: kafka.bootstrap })
    await producer.send({ topic: 'shortened', partition: 0, value: 'v', count: 50 })
    await admin.deleteRecords({ shortened: { 0: 30 } })
    const from = new Map([[0, 10]])
    await using live = await follow({ brokers: [kafka.bootstrap], topic: 'shortened', from })
    await live.reached({ 0: 50 })
    const reason = 'offsets 10 to 29 were deleted by the broker before they were read'
    expect(live.of(0).faults).toMatchObject([{ code: 'RECORDS_LOST', offset: 10, reason }])
    expect(live.of(0).records.map(line => Number.parseInt(line, 10))).toEqual(
      Array.from({ length: 20 }, (_, i) => 30 + i),
    )
    expect(live.lines).toEqual([`shortened 0: ${reason}`])
  })

  test('where the log ends before the position', async () => {
    const from = new Map([[0, 99]])
    await using live = await follow({ brokers: [kafka.bootstrap], topic: 'shortened', from })
    await live.reached({ 0: 50 })
    const producer = await java.producer({ bootstrap: kafka.bootstrap })
    await producer.send({ topic: 'shortened', partition: 0, value: 'v', count: 2 })
    await live.reached({ 0: 52 })
    expect(live.of(0).faults).toMatchObject([{ code: 'LOG_TRUNCATED', offset: 50 }])
    expect(live.of(0).records).toHaveLength(2)
  })

  test('where the topic was deleted and created again', async () => {
    await admin.createTopics({ anew: 2 })
    const producer = await java.producer({ bootstrap: kafka.bootstrap })
    await producer.send({ topic: 'anew', partition: 0, value: 'old', count: 5 })
    await using live = await follow({ brokers: [kafka.bootstrap], topic: 'anew' })
    await live.reached({ 0: 5, 1: 0 })
    await admin.deleteTopics('anew')
    await sleep(300)
    await admin.createTopics({ anew: 2 })
    const second = await java.producer({ bootstrap: kafka.bootstrap })
    await second.send({ topic: 'anew', partition: 0, value: 'new', count: 3 })
    await until({ what: 'the new records', ask: async () => live.of(0).records.length, good: count => count === 8 })
    expect(live.of(0).faults).toMatchObject([{ code: 'LOG_TRUNCATED', offset: 0 }])
    expect(live.of(1).faults).toEqual([])
    expect(live.of(0).records.slice(5)).toEqual(await recordsOnDisk(kafka.dataFolder, 'anew', 0))
    expect(live.lines).toContain('anew was deleted and recreated: koff reads it from its start')
  })
})

test('topic ids are named before the first batch that needs the name', async () => {
  await using live = await follow({ brokers: [kafka.bootstrap], from: 'latest' })
  await live.reached(await endsOf(offsets))
  await admin.createTopics({ 'only-by-id': 2 })
  const ids = await admin.topicIds('only-by-id', 'orders')
  expect(live.topics.get(ids['orders'] ?? '')).toBe('orders')
  expect(live.topics.has(ids['only-by-id'] ?? '')).toBe(false)
  const member = await java.consumer({
    bootstrap: kafka.bootstrap,
    group: 'by-id',
    topics: ['only-by-id'],
    protocol: 'consumer',
  })
  await member.assigned({ 'only-by-id': [0, 1] })
  await live.reached(await endsOf(offsets))
  expect(live.topics.get(ids['only-by-id'] ?? '')).toBe('only-by-id')
  const named = live.kinds.lastIndexOf('topic')
  expect(live.kinds.slice(named).filter(kind => kind === 'batch').length).toBeGreaterThan(0)
  await member.close()
})

test('records of other topics are read without looking up topic names', async () => {
  await admin.createTopics({ foreign: 1 })
  const producer = await java.producer({ bootstrap: kafka.bootstrap })
  // As a record of a coordinator of a type that does not exist.
  await producer.send({ topic: 'foreign', partition: 0, value: '["offset"]', count: 5 })
  await using live = await follow({ brokers: [kafka.bootstrap], topic: 'foreign', topicNames: false })
  await live.reached({ 0: 5 })
  expect(live.of(0).records).toEqual(await recordsOnDisk(kafka.dataFolder, 'foreign', 0))
  expect(live.kinds).not.toContain('topic')
})

test('a reader that is slow holds the reading back: one more response is asked for, not more', async () => {
  await admin.createTopics({ slow: 1 })
  const producer = await java.producer({ bootstrap: kafka.bootstrap, config: { 'batch.size': '16384' } })
  await producer.send({ topic: 'slow', partition: 0, value: 'x'.repeat(1000), count: 3000 })
  let requests = 0
  const count = (message: unknown) => {
    if (typeof message === 'object' && message !== null && 'name' in message && message.name === 'Fetch') requests++
  }
  const channel = 'koff:request'
  subscribe(channel, count)
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  let chunks = 0
  const limits = { maxPartitionBytes: 100_000 }
  await using live = await follow({ brokers: [kafka.bootstrap], topic: 'slow', ...limits }, async () => {
    if (chunks++ >= 3) await released
  })
  await until({ what: 'some chunks', ask: async () => chunks, good: now => now > 3 })
  await sleep(1500)
  // The first chunk is of topic names, without a request; the third Fetch is being worked on.
  expect(requests).toBe(4)
  release()
  await live.reached({ 0: 3000 })
  unsubscribe(channel, count)
  expect(live.of(0).records).toEqual(await recordsOnDisk(kafka.dataFolder, 'slow', 0))
})

test('where there is much to read, another thread reads it: that takes a second connection, and no record', async () => {
  await admin.createTopics({ much: 1 })
  const producer = await java.producer({ bootstrap: kafka.bootstrap })
  const opened: string[] = []
  const note = (message: unknown) => {
    if ((message as { name: string }).name === 'ApiVersions') opened.push((message as { broker: string }).broker)
  }
  subscribe('koff:request', note)
  await using live = await follow({ brokers: [kafka.bootstrap], topic: 'much', topicNames: false })
  await live.reached({ 0: 0 })
  // One for the cluster, one for the leader
  expect(opened).toHaveLength(2)
  let sent = 0
  await until({
    what: 'a connection of the other thread',
    ask: async () => {
      // Large batches: the broker has the next one before the reader is done with the last one.
      await producer.send({ topic: 'much', partition: 0, value: 'x'.repeat(500_000), count: 20 })
      sent += 20
      return opened
    },
    good: connections => connections.length > 2,
  })
  await producer.send({ topic: 'much', partition: 0, value: 'the last', count: 5 })
  await live.reached({ 0: sent + 5 })
  unsubscribe('koff:request', note)
  expect(opened).toHaveLength(3)
  expect(live.of(0).records).toEqual(await recordsOnDisk(kafka.dataFolder, 'much', 0))
  expect(live.lines).toEqual([])
})

test('where records trickle in they are fetched some at a time, and all of them', async () => {
  await admin.createTopics({ trickling: 1 })
  const producer = await java.producer({ bootstrap: kafka.bootstrap })
  await using live = await follow({ brokers: [kafka.bootstrap], topic: 'trickling' })
  await live.reached({ 0: 0 })
  let fetches = 0
  const count = (message: unknown) => {
    if ((message as { name: string }).name === 'Fetch') fetches += 1
  }
  subscribe('koff:request', count)
  const startedAt = performance.now()
  for (let sent = 0; sent < 400; sent++)
    await producer.send({ topic: 'trickling', partition: 0, value: `v${sent}`, count: 1 })
  await live.reached({ 0: 400 })
  const tookMs = performance.now() - startedAt
  unsubscribe('koff:request', count)
  expect(live.of(0).records).toEqual(await recordsOnDisk(kafka.dataFolder, 'trickling', 0))
  // None sooner than 5 ms after the last; timers may come a millisecond early.
  expect(fetches).toBeLessThanOrEqual(tookMs / 4 + 2)
})

test('reading ends at once when it is aborted, also while the broker waits for records', async () => {
  const live = await follow({ brokers: [kafka.bootstrap], topic: 'slow', from: 'latest', maxWaitMs: 20_000 })
  await live.reached({ 0: 3000 })
  const before = performance.now()
  await live[Symbol.asyncDispose]()
  await live[Symbol.asyncDispose]()
  await live.ended
  expect(performance.now() - before).toBeLessThan(10_000)
})

test('a closed source, or one that failed to open, leaves no listener on a signal', async () => {
  const { signal } = new AbortController()
  const source = await openKafkaSource({ brokers: [kafka.bootstrap], topic: 'slow', signal })
  expect(getEventListeners(signal, 'abort')).not.toEqual([])
  await source[Symbol.asyncDispose]()
  expect(getEventListeners(signal, 'abort')).toEqual([])
  await expect(openKafkaSource({ brokers: ['127.0.0.1:1'], connectTimeoutMs: 1, signal })).rejects.toThrow('no broker')
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
