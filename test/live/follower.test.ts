import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { KoffError } from '../../src/base/errors.ts'
import { retry } from '../../src/base/retry.ts'
import { withInt64 } from '../../src/coordinator/jsonValue.ts'
import type { Sink } from '../../src/engine/sink.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { type FollowerOptions, followCleanTopic } from '../../src/pipelines/follower.ts'
import { kafkaSink } from '../../src/sinks/kafka/sink.ts'
import { trackPipeline } from '../../src/telemetry/pipelineProgress.ts'
import type { JavaAdmin } from '../clients/admin.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { linesTo } from '../engine/linesTo.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { type Registry, startRegistry } from '../servers/registry.ts'
import { events } from '../sinks/events.ts'
import { byGroup } from '../sinks/received.ts'
import { toTopic } from '../sinks/toTopic.ts'

const running = new AbortController().signal
let kafka: Kafka
let registry: Registry
let java: JavaClients
let admin: JavaAdmin
beforeAll(async () => {
  ;[kafka, registry, java] = await Promise.all([startKafka(), startRegistry(), startJava()])
  admin = await java.admin(kafka.bootstrap)
})
afterAll(async () => {
  await java.kill()
  await Promise.all([kafka.stop(), registry.stop()])
})

async function fill(topic: string, all: readonly KoffEvent[]): Promise<void> {
  await using sink = kafkaSink({ brokers: kafka.brokers, ...toTopic(topic), registry: { url: registry.url } })
  await sink.open(running)
  await sink.write(all, running)
}

/** A place that takes what it is given, unless `behave` has something against it. */
function place(behave: (events: readonly KoffEvent[], signal: AbortSignal) => Promise<void> = async () => undefined) {
  const received: KoffEvent[] = []
  const sink: Sink = {
    name: 'place',
    open: async () => undefined,
    write: async (written, signal) => {
      await behave(written, signal)
      received.push(...written)
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
  return { sink, received }
}

function follow(topic: string, sink: Sink, options: Partial<FollowerOptions> = {}) {
  const stop = new AbortController()
  const lines: string[] = []
  const progress = trackPipeline('p')
  const ended = followCleanTopic({
    brokers: kafka.brokers,
    registry: { url: registry.url },
    name: 'p',
    groupId: `koff.pipeline.${topic}`,
    topics: [topic],
    transform: async all => all,
    sink,
    from: 'beginning',
    sessionTimeoutMs: 6_000,
    log: linesTo(lines),
    progress,
    signal: stop.signal,
    ...options,
  })
  return {
    lines,
    status: () => progress.status(),
    ended,
    stop: async () => {
      stop.abort(new Error('the end'))
      await ended
    },
  }
}

/** An empty transaction of somebody else in each partition: there its marker comes last. */
async function endTransaction(topic: string): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING })
  const producer = client.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const transaction = await producer.transaction()
  const messages = Array.from({ length: 8 }, (_, partition) => ({ partition, value: null }))
  await transaction.send({ topic, messages })
  await transaction.commit()
  await producer.disconnect()
}

/** Writes events in a transaction of their own, partition 0, and ends it so. */
async function transact(topic: string, all: readonly KoffEvent[], ends: 'commit' | 'abort', id = topic): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING })
  const producer = client.producer({ transactionalId: id, idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const transaction = await producer.transaction()
  const messages = all.map(event => ({ partition: 0, value: JSON.stringify(event, withInt64) }))
  await transaction.send({ topic, messages })
  await transaction[ends]()
  await producer.disconnect()
}

async function has(received: readonly KoffEvent[], count: number): Promise<void> {
  const ask = async () => new Set(received.map(({ id }) => id)).size
  await until({ what: `${count} events`, ask, good: n => n >= count, withinMs: 60_000 })
}

test.each(['zstd', 'lz4', 'snappy', 'gzip'])('a topic whose batches are %s is read', async type => {
  const topic = `clean-${type}`
  await admin.createTopics({ [topic]: 3 }, { 'compression.type': type })
  await fill(topic, events(200))
  const { sink, received } = place()
  const following = follow(topic, sink)
  await has(received, 200)
  expect(byGroup(received)).toEqual(byGroup(events(200)))
  await following.stop()
})

test('it continues from its position, also after another instance had it, and its status has its progress', async () => {
  await fill('clean-on', events(100))
  // As koff itself writes: after the last event of a partition there is a marker, which nobody is given.
  await endTransaction('clean-on')
  const first = place()
  const following = follow('clean-on', first.sink)
  await has(first.received, 100)
  await until({
    what: 'nothing is left',
    ask: async () => [...(following.status().lag ?? new Map<number, number>()).values()],
    good: lags => lags.length > 0 && lags.every(lag => lag === 0),
  })
  const { lag, ...status } = following.status()
  expect(status).toMatchObject({ state: 'runs', reason: null, delivered: 100 })
  expect(lag?.size).toBe(8)
  await following.stop()
  await fill('clean-on', events(150).slice(100))
  const second = place()
  const again = follow('clean-on', second.sink)
  await has(second.received, 50)
  expect(byGroup(second.received)).toEqual(byGroup(events(150).slice(100)))
  await again.stop()
})

test('no record of an aborted transaction reaches a sink, wherever the reading begins', async () => {
  const topic = 'clean-aborted'
  await admin.createTopics({ [topic]: 1 })
  const all = events(90)
  await transact(topic, all.slice(0, 30), 'commit', 'a')
  await transact(topic, all.slice(30, 60), 'abort', 'b')
  await transact(topic, all.slice(60, 65), 'abort', 'a')
  await transact(topic, all.slice(65, 90), 'commit', 'b')
  const wanted = [...all.slice(0, 30), ...all.slice(65)].map(({ id }) => id)
  const { sink, received } = place()
  const following = follow(topic, sink)
  await has(received, wanted.length)
  expect(received.map(({ id }) => id)).toEqual(wanted)
  await until({
    what: 'nothing is left',
    ask: async () => following.status().lag?.get(`${topic}-0`),
    good: left => left === 0,
  })
  await following.stop()
  // From inside of an aborted transaction, too: its beginning lies before what is read.
  for (const offset of [0, 35, 45]) {
    const groupId = `koff.pipeline.${topic}-${offset}`
    await admin.alterOffsets(groupId, { [topic]: { 0: offset } })
    const again = place()
    const later = follow(topic, again.sink, { groupId })
    const expected = offset === 0 ? wanted : wanted.slice(30)
    await has(again.received, expected.length)
    await until({
      what: 'nothing is left',
      ask: async () => later.status().lag?.get(`${topic}-0`),
      good: left => left === 0,
    })
    expect(again.received.map(({ id }) => id)).toEqual(expected)
    await later.stop()
  }
})

test('what an open transaction holds back comes when it is committed, in the order of the log', async () => {
  const topic = 'clean-pending'
  await admin.createTopics({ [topic]: 1 })
  const all = events(20)
  const client = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING })
  const producer = client.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const open = await producer.transaction()
  const messages = all.slice(0, 10).map(event => ({ partition: 0, value: JSON.stringify(event, withInt64) }))
  await open.send({ topic, messages })
  await transact(topic, all.slice(10), 'commit', 'other')
  const { sink, received } = place()
  const following = follow(topic, sink)
  await until({
    what: 'the partition is read',
    ask: async () => following.status().lag?.get(`${topic}-0`),
    good: left => left === 21,
  })
  expect(received).toEqual([])
  await open.commit()
  await has(received, 20)
  expect(received.map(({ id }) => id)).toEqual(all.map(({ id }) => id))
  await following.stop()
  await producer.disconnect()
})

test('a topic that was created again is read from its start', async () => {
  const topic = 'clean-again'
  await admin.createTopics({ [topic]: 1 })
  await transact(topic, events(50), 'commit')
  const { sink, received } = place()
  const following = follow(topic, sink)
  await has(received, 50)
  await following.stop()
  await admin.deleteTopics(topic)
  await retry(
    async () => {
      await admin.createTopics({ [topic]: 1 }).catch((cause: unknown) => {
        throw new KoffError('SINK_FAILED', 'not deleted yet', { retriable: true, cause })
      })
    },
    { signal: running, timeoutMs: 30_000 },
  )
  await admin.alterOffsets(`koff.pipeline.${topic}`, { [topic]: { 0: 51 } })
  await transact(topic, events(60).slice(50), 'commit', 'again')
  const second = place()
  const again = follow(topic, second.sink)
  await has(second.received, 10)
  expect(second.received.map(({ id }) => id)).toEqual(
    events(60)
      .slice(50)
      .map(({ id }) => id),
  )
  await again.stop()
})

test('one that begins now skips earlier events, and none after that', async () => {
  await fill('clean-now', events(50))
  const { sink, received } = place()
  const following = follow('clean-now', sink, { from: 'now' })
  const begun = async () => {
    const offsets = (await admin.describeGroups('koff.pipeline.clean-now'))[0]?.offsets
    return Object.keys(offsets?.['clean-now'] ?? {}).length
  }
  await until({ what: 'a position', ask: begun, good: n => n > 0 })
  await fill('clean-now', events(80).slice(50))
  await has(received, 30)
  await following.stop()
  await fill('clean-now', events(90).slice(80))
  const again = follow('clean-now', sink, { from: 'now' })
  await has(received, 40)
  expect(byGroup(received)).toEqual(byGroup(events(90).slice(50)))
  await again.stop()
})

test('what waits for a sink that has taken nothing yet counts as not read', async () => {
  await fill('clean-waits', events(60))
  const { sink } = place(async () => {
    throw new KoffError('SINK_FAILED', 'the place is gone', { retriable: true })
  })
  const following = follow('clean-waits', sink)
  const left = async () => [...(following.status().lag?.values() ?? [])].reduce((sum, lag) => sum + lag, 0)
  await until({ what: 'all of them', ask: left, good: sum => sum === 60 })
  await fill('clean-waits', events(90).slice(60))
  await until({ what: 'what comes meanwhile', ask: left, good: sum => sum === 90 })
  expect(following.status()).toMatchObject({ state: 'waits', delivered: 0 })
  await following.stop()
})

test('what a sink trips over is held as what an operator trips over: the place in the group stays', async () => {
  await fill('clean-odd', events(5))
  const { sink } = place(async () => {
    throw new TypeError('no such member')
  })
  const following = follow('clean-odd', sink)
  await until({ what: 'it waits', ask: async () => following.status(), good: ({ state }) => state === 'waits' })
  expect(following.lines).toEqual([
    'pipeline p: its sink rejects an event: no such member; waiting until a person fixes it, other pipelines continue',
  ])
  await following.stop()
})

test('a sink that fails for a while is given the same again until it takes it: nothing lost, said once', async () => {
  await fill('clean-fails', events(300))
  let failures = 2
  const { sink, received } = place(async () => {
    failures -= 1
    if (failures >= 0) throw new KoffError('SINK_FAILED', 'the place is gone', { retriable: true })
  })
  const repeated: string[] = []
  const following = follow('clean-fails', sink, { retried: ({ message }) => repeated.push(message) })
  const waits = async () => following.status()
  await until({ what: 'it waits', ask: waits, good: ({ state }) => state === 'waits' })
  expect(following.status().reason).toBe('the place is gone')
  await has(received, 300)
  expect(byGroup(received)).toEqual(byGroup(events(300)))
  expect(following.lines).toEqual([
    'pipeline p: the place is gone; retrying until it works, other pipelines continue',
    expect.stringMatching(/^pipeline p: continues after \d\.\d s$/),
  ])
  expect(repeated).toEqual(['the place is gone', 'the place is gone'])
  await following.stop()
})

test('a sink slower than a session keeps its place in the group', async () => {
  await fill('clean-slow', events(20))
  const { sink, received } = place(async () => {
    await sleep(7_000)
  })
  const following = follow('clean-slow', sink)
  await has(received, 3)
  await following.stop()
  expect(following.lines).toEqual([])
  expect(received.length).toBe(new Set(received.map(({ id }) => id)).size)
})

test('instances share the topic, and what one leaves another takes over', async () => {
  const topic = 'clean-shared'
  await fill(topic, events(200))
  const places = [place(), place()]
  const [a, b] = places.map(({ sink }) => follow(topic, sink))
  if (a === undefined || b === undefined) throw new Error('nobody follows')
  const together = () => places.flatMap(({ received }) => received)
  const all = async () => new Set(together().map(({ id }) => id)).size
  await until({ what: 'all events', ask: all, good: n => n === 200, withinMs: 60_000 })
  const read = async () => [a, b].flatMap(({ status }) => [...(status().lag?.keys() ?? [])])
  const isShared = (partitions: readonly string[]) => new Set(partitions).size === partitions.length
  await until({ what: 'each partition counts at one of them', ask: read, good: isShared })
  await a.stop()
  await fill(topic, events(400).slice(200))
  await until({ what: 'all events', ask: all, good: n => n === 400, withinMs: 60_000 })
  await b.stop()
  const byB = new Set(places[1]?.received.map(({ id }) => id))
  expect(
    events(400)
      .slice(200)
      .filter(({ id }) => !byB.has(id)),
  ).toEqual([])
})

test('a sink that is set up wrong ends it at the start, one that cannot be reached yet is waited for', async () => {
  await fill('clean-open', events(5))
  const { sink, received } = place()
  const wrong = { ...sink, open: async () => Promise.reject(new KoffError('AUTHENTICATION_FAILED', 'wrong password')) }
  await expect(follow('clean-open', wrong).ended).rejects.toThrow('wrong password')
  let tries = 0
  const open = async () => {
    tries += 1
    if (tries % 3 !== 0) throw new KoffError('SINK_FAILED', 'not there', { retriable: true })
  }
  // One that gives up at once, and one that tries by itself and says that it does.
  const patient: Sink['open'] = (signal, opening) => retry(open, { signal, timeoutMs: 60_000, watch: opening?.('it') })
  for (const [at, late] of [
    { ...sink, open },
    { ...sink, open: patient },
  ].entries()) {
    const following = follow('clean-open', late, { groupId: `koff.pipeline.clean-open-${at}` })
    await until({ what: 'all events', ask: async () => received.length, good: n => n === 5 * (at + 1) })
    expect(following.lines.slice(0, 2)).toEqual([
      'pipeline p: not there; retrying until it works, other pipelines continue',
      expect.stringMatching(/^pipeline p: continues after \d\.\d s$/),
    ])
    await following.stop()
  }
})
