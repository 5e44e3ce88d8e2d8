import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openKafkaAdmin } from '../../src/kafka/client/admin.ts'
import type { ReaderThread } from '../../src/kafka/thread/readerThread.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import type { JavaProducer } from '../clients/producer.ts'
import { until } from '../clients/until.ts'
import { readyThread } from '../kafka/thread/readyThread.ts'
import { type Kafka, type KafkaNode, startKafka } from '../servers/kafka.ts'
import { type Following, follow, recordsOnDisk } from './follow.ts'

const began = /cannot be read: .*; retrying until it works$/

/** Sends records one after the other until it is stopped; what the broker has is what counts. */
function keepSending(producer: JavaProducer, topic: string, partitions: readonly number[]) {
  const stopped = new AbortController()
  const send = async () => {
    for (let round = 0; !stopped.signal.aborted; round++) {
      const partition = partitions[round % partitions.length] ?? 0
      await producer.send({ topic, partition, value: `value ${round}`, count: 1 + (round % 5) }).catch(() => undefined)
    }
  }
  const sending = send()
  return {
    stop: async () => {
      stopped.abort()
      await sending
    },
  }
}

/** Each trouble of a partition is told once when it begins and once when it is over, however often it was tried meanwhile. */
async function expectTroubleTold(live: Following, rounds: number): Promise<void> {
  expect(live.lines.filter(line => began.test(line)).length).toBeGreaterThanOrEqual(rounds)
  // A broker that was away can be made leader anew after everything was read: that trouble is over a moment later.
  await until({
    what: 'the end of every trouble',
    ask: async () => troubledAfter(live.lines),
    good: left => left.length === 0,
  })
}

/** The partitions whose trouble is not over yet. */
function troubledAfter(lines: readonly string[]): number[] {
  const troubled = new Set<number>()
  for (const line of lines) {
    const isBegin = began.test(line)
    for (const partition of partitionsIn(line)) {
      const isNews = troubled.has(partition) !== isBegin
      expect({ line, isNews }).toEqual({ line, isNews: true })
      if (isBegin) troubled.add(partition)
      else troubled.delete(partition)
    }
  }
  return [...troubled]
}

/** `topic 0-2, 5 cannot be read …` */
function partitionsIn(line: string): number[] {
  const [, listed] =
    /^\S+ ([\d, -]+) (?:cannot be read: .*; retrying until it works|can be read again after \d+\.\d s)$/.exec(line) ??
    []
  if (listed === undefined) throw new Error(`a line about something else: ${line}`)
  return listed.split(',').flatMap(range => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, at) => first + at)
  })
}

describe('one broker', () => {
  let kafka: Kafka
  let java: JavaClients
  const partitions = [0, 1, 2]
  beforeAll(async () => {
    kafka = await startKafka()
    java = await startJava()
    const admin = await java.admin(kafka.bootstrap)
    await admin.createTopics({ restarted: 3, hung: 3 })
  })
  afterAll(async () => {
    await java[Symbol.asyncDispose]()
    await kafka.stop()
  })

  test('that restarts, in order or after kill -9: nothing is skipped or repeated', async () => {
    const producer = await java.producer({ bootstrap: kafka.bootstrap })
    await using live = await follow({ brokers: [kafka.bootstrap], topic: 'restarted' })
    const writer = keepSending(producer, 'restarted', partitions)
    await sleep(500)
    await kafka.restart()
    await sleep(1000)
    await kafka.kill()
    await sleep(1000)
    await kafka.start()
    await enoughIn(live)
    await writer.stop()
    await expectAll(live, 'restarted')
    await expectTroubleTold(live, 2)
  })

  test('that stops answering and then continues: nothing is skipped or repeated', async () => {
    const producer = await java.producer({ bootstrap: kafka.bootstrap })
    // Long enough that only a broker which is stopped is late, also on a busy machine.
    const timeouts = { requestTimeoutMs: 2000, connectTimeoutMs: 2000 }
    await using live = await follow({ brokers: [kafka.bootstrap], topic: 'hung', ...timeouts })
    const writer = keepSending(producer, 'hung', partitions)
    await sleep(500)
    process.kill(kafka.pid, 'SIGSTOP')
    await sleep(6000)
    process.kill(kafka.pid, 'SIGCONT')
    await enoughIn(live)
    await writer.stop()
    await expectAll(live, 'hung')
    await expectTroubleTold(live, 1)
  })

  /** A busy machine writes less in the same time. */
  async function enoughIn(live: Following): Promise<void> {
    await until({
      what: 'records of every partition, some of them from after the trouble',
      ask: async () => partitions.map(partition => live.of(partition).records.length),
      good: counts => counts.every(count => count > 20),
    })
  }

  async function expectAll(live: Following, topic: string): Promise<void> {
    const admin = await java.admin(kafka.bootstrap)
    await live.reached({ ...(await admin.endOffsets(topic))[topic] })
    for (const partition of partitions) {
      const { records, faults } = live.of(partition)
      expect(records.length).toBeGreaterThan(20)
      expect(records).toEqual(await recordsOnDisk(kafka.dataFolder, topic, partition))
      expect(faults).toEqual([])
    }
  }
})

describe('three brokers, which another thread reads', () => {
  let thread: ReaderThread
  let kafka: Kafka
  let java: JavaClients
  const partitions = [0, 1, 2, 3, 4, 5]
  beforeAll(async () => {
    thread = await readyThread()
    const properties = { 'broker.session.timeout.ms': '2000', 'broker.heartbeat.interval.ms': '300' }
    kafka = await startKafka({ brokers: 3, properties })
    java = await startJava()
    const admin = await java.admin(kafka.bootstrap)
    await admin.createTopics({ led: 6 })
  })
  afterAll(async () => {
    await java[Symbol.asyncDispose]()
    await kafka.stop()
    thread[Symbol.dispose]()
  })

  test('of which one after the other goes and comes back: nothing is skipped or repeated', async () => {
    const producer = await java.producer({ bootstrap: kafka.bootstrap, config: { acks: 'all' } })
    await using live = await follow({ brokers: kafka.brokers, topic: 'led' })
    const writer = keepSending(producer, 'led', partitions)
    await sleep(500)
    const [first, second] = kafka.nodes as [KafkaNode, KafkaNode]
    await first.kill()
    await sleep(3000)
    await first.start()
    await second.restart()
    await sleep(2000)
    await writer.stop()
    const admin = await java.admin(kafka.bootstrap)
    await live.reached({ ...(await admin.endOffsets('led'))['led'] })
    const leaderEpochs = new Set<string | undefined>()
    for (const partition of partitions) {
      const { records, faults } = live.of(partition)
      expect(records.length).toBeGreaterThan(10)
      expect(records).toEqual(await recordsOnDisk(kafka.nodes[2]?.dataFolder ?? '', 'led', partition))
      expect(faults).toEqual([])
      for (const line of records) leaderEpochs.add(line.split(' ')[1])
    }
    expect(leaderEpochs.size).toBeGreaterThan(1)
    await expectTroubleTold(live, 2)
  })

  test('of which one with a shorter log becomes the leader: lost records are reported, new ones are read', async () => {
    const [first, second] = kafka.nodes as [KafkaNode, KafkaNode]
    await createUnclean('unclean', [first.id, second.id])
    const producer = await java.producer({ bootstrap: kafka.bootstrap, config: { acks: '1' } })
    await producer.send({ topic: 'unclean', partition: 0, value: 'on both', count: 5 })
    await using live = await follow({ brokers: kafka.brokers, topic: 'unclean' })
    await live.reached({ 0: 5 })
    await second.kill()
    await producer.send({ topic: 'unclean', partition: 0, value: 'on the first', count: 5 })
    await live.reached({ 0: 10 })
    await first.kill()
    // Counts as started only when all three are there
    const starting = second.start()
    await until({
      what: 'the first record of the second leader',
      ask: () => producer.send({ topic: 'unclean', partition: 0, value: 'on the second' }).catch(() => -1),
      good: offset => offset >= 0,
    })
    await producer.send({ topic: 'unclean', partition: 0, value: 'on the second', count: 2 })
    const onDisk = () => recordsOnDisk(second.dataFolder, 'unclean', 0)
    const [, , , , , ...later] = await onDisk()
    expect(later.length).toBeGreaterThanOrEqual(3)
    await until({
      what: 'the records of the second leader',
      ask: async () => live.of(0).records.slice(10),
      good: records => records.length >= later.length,
    })
    expect(live.of(0).records.slice(10)).toEqual(later)
    expect(live.of(0).records.slice(0, 5)).toEqual((await onDisk()).slice(0, 5))
    const reason = 'offsets 5 to 9 had been read and are not in the log of the new leader'
    expect(live.of(0).faults).toMatchObject([{ code: 'LOG_TRUNCATED', offset: 5, reason }])
    expect(live.lines).toContain(`unclean 0: ${reason}`)
    // A state that was stored with what is gone is held against this, however long the log is by now.
    await using admin = await openKafkaAdmin({ brokers: kafka.brokers })
    expect(await admin.endOfEpoch({ topic: 'unclean', partition: 0 }, 0)).toMatchObject({ epoch: 0, endOffset: 5 })
    await Promise.all([starting, first.start()])
  })

  /** One partition on these brokers, where a replica that lags behind may become the leader. */
  async function createUnclean(topic: string, replicas: number[]): Promise<void> {
    const admin = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin()
    await admin.connect()
    const configEntries = [
      { name: 'unclean.leader.election.enable', value: 'true' },
      { name: 'min.insync.replicas', value: '1' },
    ]
    await admin.createTopics({
      topics: [{ topic, replicaAssignment: [{ partition: 0, replicas }], configEntries }],
      waitForLeaders: true,
    })
    await admin.disconnect()
  }
})
