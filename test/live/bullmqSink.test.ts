import { once } from 'node:events'
import { type AddressInfo, connect, createServer as createPlainServer } from 'node:net'
import { createServer } from 'node:tls'
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import { type Job, Queue, Worker } from 'bullmq'
import { Redis as Client } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { noLog } from '../../src/base/log.ts'
import { tellOpening } from '../../src/base/opening.ts'
import { withInt64 } from '../../src/coordinator/jsonValue.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { eventLine } from '../../src/events/ndjson.ts'
import { newEvent } from '../../src/events/newEvent.ts'
import { dataParts } from '../../src/events/parts.ts'
import type { AvroJob } from '../../src/sinks/bullmq/job.ts'
import type { RedisOptions } from '../../src/sinks/bullmq/redisSchema.ts'
import { type BullmqSinkOptions, bullmqSink } from '../../src/sinks/bullmq/sink.ts'
import { until } from '../clients/until.ts'
import { linesTo } from '../engine/linesTo.ts'
import { makeCertificates } from '../servers/certificates.ts'
import { freePort } from '../servers/ports.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { type Redis, startRedis, startSentinel } from '../servers/redis.ts'
import { startRegistry } from '../servers/registry.ts'
import { sinkConformance } from '../sinks/conformance.ts'
import { events } from '../sinks/events.ts'
import { byGroup } from '../sinks/received.ts'
import { typeHook } from './cleanTopic.ts'

const running = new AbortController().signal
let redis: Redis
beforeAll(async () => {
  redis = await startRedis({ durable: true })
})
afterAll(() => redis.stop())

let queues = 0
const newQueue = () => `koff-${(queues += 1)}`
const sinkOn = (queue: string, options: Partial<BullmqSinkOptions> = {}) =>
  bullmqSink({ queue, redis: { url: redis.url }, ...options })

/** What a worker would get, in its order: read by BullMQ itself. */
async function jobsOf(queue: string, { port, prefix }: { port?: number; prefix?: string } = {}) {
  const opened = new Queue<KoffEvent>(queue, {
    connection: { host: '127.0.0.1', port: port ?? redis.port },
    ...(prefix === undefined ? {} : { prefix }),
  })
  try {
    return await opened.getJobs(['waiting'], 0, -1, true)
  } finally {
    await opened.close()
  }
}

const idsOf = async (queue: string, of?: { port?: number; prefix?: string }) =>
  (await jobsOf(queue, of)).map(({ id }) => id)

sinkConformance('bullmq', async () => {
  const queue = newQueue()
  const sink = sinkOn(queue, { deliveryTimeoutMs: 1_000 })
  return {
    sink,
    received: async () => (await jobsOf(queue)).map(({ data }) => data),
    stall: async () => {
      process.kill(redis.pid, 'SIGSTOP')
      return async () => void process.kill(redis.pid, 'SIGCONT')
    },
    fail: async () => {
      await redis.kill()
      return async () => {
        await redis.start()
        return sink
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
})

test('a job is named by the type, has the id of the event, and holds it as the JSON that every sink writes', async () => {
  const queue = newQueue()
  await write(sinkOn(queue, { attempts: 5, backoff: { type: 'fixed', delayMs: 20 } }), events(4))
  const jobs = await jobsOf(queue)
  expect(jobs.map(({ id, name }) => [id, name])).toEqual(events(4).map(({ id, type }) => [id, type]))
  expect(jobs.map(({ data }) => data)).toEqual(events(4).map(event => JSON.parse(eventLine(event)) as unknown))
  const days8 = { age: 8 * 24 * 3600 }
  expect(jobs[0]?.opts).toMatchObject({
    attempts: 5,
    backoff: { type: 'fixed', delay: 20 },
    removeOnComplete: days8,
    removeOnFail: days8,
  })
})

test('an event that is written again makes no second job while the first is kept, done or not', async () => {
  const queue = newQueue()
  await write(sinkOn(queue), events(10))
  const opened = new Queue(queue, { connection: { host: '127.0.0.1', port: redis.port } })
  const client = new Client(redis.port)
  const done = await client.rpoplpush(`bull:${queue}:wait`, 'nowhere')
  await client.quit()
  expect(done).toBe('1-0-0')
  await write(sinkOn(queue), events(12))
  expect(await idsOf(queue)).toEqual(
    events(12)
      .slice(1)
      .map(({ id }) => id),
  )
  await opened.close()
})

test('a worker finds Avro that the registry client decodes, with type and schema id beside it, alone or with the JSON', async () => {
  await using registry = await startRegistry()
  const schemas = new SchemaRegistry({ host: registry.url }, { [SchemaType.AVRO]: { typeHook } })
  for (const payload of ['json', 'avro', 'both'] as const) {
    const queue = newQueue()
    await write(sinkOn(queue, { registry: { url: registry.url }, payload }), events(20))
    const jobs = await worked(queue, 20)
    for (const [at, { name, data }] of jobs.entries()) {
      const event = events(20)[at]
      if (event === undefined) throw new Error('more jobs than events')
      const { id, type, group, parts } = event
      const json: unknown = JSON.parse(eventLine(event))
      const { avro, schemaId, ...rest } = data as Partial<AvroJob>
      expect(name).toBe(type)
      expect(rest).toEqual(payload === 'avro' ? { id, type, group, parts } : json)
      const bytes = avro === undefined ? null : Buffer.from(avro, 'base64')
      expect(bytes?.readUInt32BE(1)).toBe(schemaId)
      const decoded: unknown = bytes === null ? null : await schemas.decode(bytes)
      expect(JSON.parse(JSON.stringify(decoded, withInt64))).toEqual(payload === 'json' ? null : json)
    }
  }
  await expect(sinkOn('q', { payload: 'avro' }).open(running)).rejects.toMatchObject({ code: 'REGISTRY_MISSING' })
})

/** The jobs that a worker of BullMQ gets, in its order. */
test('a large event is one job, of its part 1, which says how many parts there are', async () => {
  const queue = newQueue()
  const large = largeRebalance()
  expect(large.map(({ part, parts }) => `${part} of ${parts}`)).toEqual(['1 of 4', '2 of 4', '3 of 4', '4 of 4'])
  await write(sinkOn(queue), [...events(4), ...large])
  await write(sinkOn(queue), [...large.slice(1), ...events(5)])
  const jobs = await jobsOf(queue)
  expect(jobs.map(({ id }) => id)).toEqual(
    [...events(4), ...large.slice(0, 1), ...events(5).slice(4)].map(({ id }) => id),
  )
  expect(jobs[4]?.data).toEqual(JSON.parse(eventLine(large[0] as KoffEvent)))
  expect(jobs[4]?.data.parts).toBe(4)
})

/** A rebalance of a group so large that its changes are in four events. */
function largeRebalance(): readonly KoffEvent[] {
  const changes = Array.from({ length: 4_000 }, (_, at) => ({
    memberId: `consumer-${at}-5ce0b1ab-41b9-4a50-ae7f-0d6ef5c1c1a4`,
    clientId: `consumer-${at}`,
    gained: [],
    lost: [{ topic: 'orders', topicId: null, partitions: [at], subtopology: null }],
  }))
  const data = {
    epochBefore: 1,
    epochAfter: 2,
    protocol: 'range',
    leader: null,
    memberCount: 4_000,
    durationMs: null,
    moved: 4_000,
    changes,
    unreadable: [],
  }
  const source = { partition: 1, offset: 9, timestamp: 5 }
  const envelope = { cluster: 'c1', group: 'large', groupType: 'classic', time: 5, source } as const
  return (dataParts('rebalance', data, 'large') ?? []).map((part, at) =>
    newEvent({ ...envelope, ...part, id: `1-9-${at}`, type: 'rebalance' }),
  )
}

async function worked(queue: string, count: number): Promise<readonly Pick<Job, 'name' | 'data'>[]> {
  const jobs: Pick<Job, 'name' | 'data'>[] = []
  const { promise: all, resolve } = Promise.withResolvers<void>()
  const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null }
  const work = async ({ name, data }: Job) => {
    jobs.push({ name, data })
    if (jobs.length === count) resolve()
  }
  const worker = new Worker(queue, work, { connection, concurrency: 1 })
  await all
  await worker.close()
  return jobs
}

test('a Redis that is not there at the start is said to be so, and is waited for', async () => {
  const port = await freePort()
  const nowhere: RedisOptions = { url: `redis://koff:hunter2@127.0.0.1:${port}` }
  await expect(sinkOn('q', { redis: nowhere, openTimeoutMs: 300 }).open(running)).rejects.toMatchObject({
    code: 'SINK_FAILED',
    retriable: true,
    message: `queue q, Redis at 127.0.0.1:${port} cannot be reached: connection refused`,
  })
  await using sink = sinkOn('late', { redis: { url: `redis://127.0.0.1:${port}` } })
  const lines: string[] = []
  const opening = sink.open(running, tellOpening(linesTo(lines)))
  await until({ what: 'a line', ask: async () => lines, good: ({ length }) => length > 0 })
  await using late = await startRedis({ port })
  await opening
  expect(lines).toEqual([
    `queue late, Redis at 127.0.0.1:${port} cannot be reached: connection refused; trying for 30 s`,
    expect.stringMatching(`^Redis at 127.0.0.1:${port} is available after \\d+\\.\\d s$`),
  ])
  await sink.write(events(3), running)
  expect(await idsOf('late', { port })).toHaveLength(3)
  expect(late.pid).toBeGreaterThan(0)
})

test('a Redis that is out of memory is waited for, and then has every event once and in order', async () => {
  await using small = await startRedis({ settings: { maxmemory: '6mb', 'maxmemory-policy': 'noeviction' } })
  await using sink = sinkOn('full', { redis: { url: small.url }, deliveryTimeoutMs: 30_000 })
  await sink.open(running)
  const all = events(20_000)
  const writing = (async () => {
    for (let at = 0; at < all.length; at += 1_000) await sink.write(all.slice(at, at + 1_000), running)
  })()
  const client = new Client(small.port)
  const refusals = async () => /errorstat_OOM:count=(\d+)/.exec(await client.info('errorstats'))?.[1] ?? '0'
  await until({ what: 'a refusal', ask: refusals, good: count => Number(count) > 0 })
  await client.config('SET', 'maxmemory', '0')
  await writing
  await client.quit()
  const jobs = await jobsOf('full', { port: small.port })
  expect(new Set(jobs.map(({ id }) => id)).size).toBe(20_000)
  expect(jobs).toHaveLength(20_000)
})

test('permanent lack of memory, and a read-only replica, are reported as such', async () => {
  await using small = await startRedis({ settings: { maxmemory: '1', 'maxmemory-policy': 'noeviction' } })
  await expect(
    write(sinkOn('q', { redis: { url: small.url }, deliveryTimeoutMs: 200 }), events(1)),
  ).rejects.toMatchObject({
    retriable: true,
    message: expect.stringContaining('is out of memory (maxmemory) and takes no job'),
  })
  await using replica = await startRedis({ settings: { replicaof: `127.0.0.1 ${redis.port}` } })
  await expect(sinkOn('q', { redis: { url: replica.url }, openTimeoutMs: 200 }).open(running)).rejects.toMatchObject({
    retriable: true,
    message: expect.stringContaining('is a read-only replica'),
  })
})

test('a primary that becomes a replica holds the events until it is one again, and has each once', async () => {
  await using turned = await startRedis()
  await using sink = sinkOn('turned', { redis: { url: turned.url }, deliveryTimeoutMs: 60_000 })
  await sink.open(running)
  await sink.write(events(10), running)
  const client = new Client(turned.port)
  await client.replicaof('127.0.0.1', redis.port)
  const told: string[] = []
  await using watched = sinkOn('turned', {
    redis: { url: turned.url },
    openTimeoutMs: 60_000,
    retried: ({ message }) => void told.push(message),
  })
  const opening = watched.open(running)
  const isRefusal = (message: string) => message.includes('is a read-only replica; name the primary')
  await until({ what: 'a refusal', ask: async () => told, good: messages => messages.some(isRefusal) })
  // While it loads what the primary has, it takes no command.
  const promote = async () => client.replicaof('NO', 'ONE').then(String, String)
  await until({ what: 'a primary', ask: promote, good: answer => answer === 'OK' })
  await opening
  await watched.write(events(20), running)
  await client.quit()
  expect(new Set(await idsOf('turned', { port: turned.port })).size).toBe(20)
})

test('what no time mends is refused at once: a database that is not there, another kind of server', async () => {
  const none: RedisOptions = { url: `${redis.url}/99` }
  const refusals: [RedisOptions, string][] = [
    [none, 'has no database of that number; see redis.db'],
    [{ url: redis.url, db: 99 }, 'has no database of that number; see redis.db'],
    [{ cluster: [`127.0.0.1:${redis.port}`] }, 'cannot hold a queue: ERR This instance has cluster support disabled'],
    [
      { sentinel: { name: 'primary', nodes: [`127.0.0.1:${redis.port}`] } },
      'cannot hold a queue: All sentinels are unreachable',
    ],
  ]
  for (const [options, message] of refusals) {
    await expect(sinkOn('nowhere', { redis: options }).open(running)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      retriable: false,
      message: expect.stringContaining(message),
    })
  }
  // Nothing went to database 0 instead.
  await expect(write(sinkOn('nowhere', { redis: none }), events(1))).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  expect(await idsOf('nowhere')).toEqual([])
  const foreign = createPlainServer(socket => {
    socket.on('error', () => undefined).once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  })
  await once(foreign.listen(0, '127.0.0.1'), 'listening')
  const { port } = foreign.address() as AddressInfo
  await expect(sinkOn('q', { redis: { url: `redis://127.0.0.1:${port}` } }).open(running)).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: `queue q, Redis at 127.0.0.1:${port} is not a Redis server: check its port`,
  })
  foreign.close()
})

test('a Redis that would evict jobs is refused', async () => {
  await using lossy = await startRedis({ settings: { maxmemory: '50mb', 'maxmemory-policy': 'allkeys-lru' } })
  await expect(sinkOn('q', { redis: { url: lossy.url } }).open(running)).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: `Redis at 127.0.0.1:${lossy.port} evicts jobs when it is short of memory (maxmemory-policy allkeys-lru): set it to noeviction`,
  })
})

test('a Redis that may evict locks is warned about once, and used', async () => {
  await using lossy = await startRedis({ settings: { maxmemory: '50mb', 'maxmemory-policy': 'volatile-lru' } })
  const lines: string[] = []
  await using sink = sinkOn('q', {
    redis: { url: lossy.url },
    log: { ...noLog, warn: message => lines.push(message) },
    deliveryTimeoutMs: 30_000,
  })
  await sink.open(running)
  await lossy.restart()
  await sink.write(events(3), running)
  expect(lines).toEqual([
    `queue q, Redis at 127.0.0.1:${lossy.port} may evict keys with an expiry (maxmemory-policy volatile-lru); BullMQ needs noeviction: without the lock of a job, a second worker takes it too`,
  ])
})

test('a user who may call scripts, but not their commands, gets the reason at once', async () => {
  const client = new Client(redis.port)
  await client.call('ACL', 'SETUSER', 'koff', 'on', '>hunter2', '~*', '&*', '+@all', '-hmset', '-hset')
  const sink = sinkOn(newQueue(), { redis: { url: redis.url, username: 'koff', password: 'hunter2' } })
  await expect(write(sink, events(1))).rejects.toMatchObject({ code: 'AUTHORIZATION_FAILED', retriable: false })
  await client.call('ACL', 'DELUSER', 'koff')
  await client.quit()
})

test('credentials that are wrong are refused at once, and never shown', async () => {
  await using guarded = await startRedis({ settings: { requirepass: 'right' } })
  for (const redisOptions of [{ url: guarded.url }, { url: guarded.url, password: 'hunter2' }]) {
    const opening = sinkOn('q', { redis: redisOptions }).open(running)
    await expect(opening).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED', retriable: false })
    await expect(opening).rejects.not.toThrow(/hunter2/)
  }
  await write(sinkOn('q', { redis: { url: guarded.url, password: 'right' } }), events(1))
})

test('Redis is reached with TLS and a private authority, and an untrusted certificate is refused', async () => {
  const folder = await temporaryFolder('redis-tls')
  const { redis: certificate } = await makeCertificates(folder, ['redis'])
  // The Redis that Maven Central carries speaks no TLS itself: what ends it stands before many a real one, too.
  const server = createServer({ cert: certificate.cert, key: certificate.key }, client => {
    const plain = connect(redis.port, '127.0.0.1')
    for (const socket of [client, plain]) socket.on('error', () => undefined)
    client.pipe(plain).pipe(client)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `rediss://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const queue = newQueue()
    await write(sinkOn(queue, { redis: { url, tls: { ca: certificate.cert } } }), events(3))
    expect(await idsOf(queue)).toHaveLength(3)
    await expect(sinkOn(queue, { redis: { url } }).open(running)).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringContaining('its TLS certificate is not trusted'),
    })
    const patient = { connectTimeoutMs: 60_000 }
    await expect(sinkOn(queue, { redis: { ...patient, url: redis.url, tls: {} } }).open(running)).rejects.toMatchObject(
      {
        code: 'UNSUPPORTED',
        message: expect.stringContaining('does not use TLS; see redis.tls, and redis:// in redis.url'),
      },
    )
    const plain = { url: url.replace('rediss', 'redis') }
    await expect(sinkOn(queue, { redis: plain, openTimeoutMs: 200 }).open(running)).rejects.toMatchObject({
      retriable: true,
      message: expect.stringContaining('if it uses TLS, see redis.tls'),
    })
    const old = createServer({ ...certificate, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })
    await once(old.listen(0, '127.0.0.1'), 'listening')
    const oldUrl = `rediss://127.0.0.1:${(old.address() as AddressInfo).port}`
    await expect(sinkOn(queue, { redis: { url: oldUrl } }).open(running)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      retriable: false,
      message: expect.stringContaining('it has no TLS version in common with koff (TLS 1.2 to TLS 1.3)'),
    })
    old.close()
  } finally {
    await closeAll()
    server.close()
    await removeTemporary(folder)
  }
})

test('a Redis Cluster holds the queue on one node', async () => {
  await using node = await startRedis({ settings: { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' } })
  const client = new Client(node.port)
  await client.call('CLUSTER', 'ADDSLOTS', ...Array.from({ length: 16_384 }, (_, slot) => String(slot)))
  const state = () => client.call('CLUSTER', 'INFO').then(String)
  await until({ what: 'the cluster', ask: state, good: text => text.includes('cluster_state:ok') })
  await client.quit()
  await write(sinkOn('q', { redis: { cluster: [`127.0.0.1:${node.port}`] } }), events(1_500))
  expect(await idsOf('q', { port: node.port, prefix: '{bull}' })).toEqual(events(1_500).map(({ id }) => id))
})

test('sentinels name the primary, and after a failover the other', async () => {
  await using first = await startRedis()
  await using second = await startRedis({ settings: { replicaof: `127.0.0.1 ${first.port}` } })
  await using sentinel = await startSentinel(first.port)
  const redisOptions = { sentinel: { name: 'primary', nodes: [`127.0.0.1:${sentinel.port}`] } }
  await using sink = sinkOn('q', { redis: redisOptions, deliveryTimeoutMs: 60_000 })
  await sink.open(running)
  await sink.write(events(10), running)
  await until({
    what: 'the replica has the jobs',
    ask: () => idsOf('q', { port: second.port }),
    good: ids => ids.length === 10,
  })
  await first.kill()
  await sink.write(events(20), running)
  expect(byGroup((await jobsOf('q', { port: second.port })).map(({ data }) => data))).toEqual(byGroup(events(20)))
})

const opened: AsyncDisposable[] = []
afterEach(closeAll)

async function closeAll(): Promise<void> {
  for (const sink of opened.splice(0)) await sink[Symbol.asyncDispose]()
}

async function write(sink: ReturnType<typeof bullmqSink>, written: readonly KoffEvent[]): Promise<void> {
  opened.push(sink)
  await sink.open(running)
  await sink.write(written, running)
}
