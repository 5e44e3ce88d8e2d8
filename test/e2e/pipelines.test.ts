import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Job, Queue, Worker } from 'bullmq'
import { Redis as RedisClient } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PipelineState } from '../../src/app/pipelineStates.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { startKafkajsConsumer } from '../clients/kafkajs.ts'
import { until } from '../clients/until.ts'
import { runKoff } from '../commands/runKoff.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { type Redis, startRedis } from '../servers/redis.ts'
import { type Registry, startRegistry } from '../servers/registry.ts'
import { type KoffProcess, startKoff } from './koff.ts'
import { type RedisProxy, redisProxy } from './redisProxy.ts'
import { createOrders, sharing } from './sharing.ts'
import { replayed } from './watch.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
let kafka: Kafka
let registry: Registry
let redis: Redis
let java: JavaClients
let alter: (group: string, offset: number) => Promise<void>
let home: string

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'koff-pipelines-'))
  ;[kafka, registry, redis, java] = await Promise.all([
    startKafka(),
    startRegistry(),
    startRedis({ durable: true }),
    startJava(),
  ])
  const admin = await java.admin(kafka.bootstrap)
  await createOrders({ bootstrap: kafka.bootstrap, java, admin })
  alter = (group, offset) => admin.alterOffsets(group, { orders: { 0: offset } })
  // The topic that koff reads is there, so that nothing of what a test does is history.
  await alter('first', 1)
})
afterAll(async () => {
  await java.kill()
  await Promise.all([kafka.stop(), registry.stop(), redis.stop()])
  rmSync(home, { recursive: true, force: true })
})

const connection = () => ({ host: '127.0.0.1', port: redis.port })

/** `koff run` with this configuration, from its own folder. */
function start(name: string, yaml: string, flags: readonly string[] = [], variables: NodeJS.ProcessEnv = {}) {
  const file = join(home, `${name}.yaml`)
  writeFileSync(file, `name: ${name}\nkafka: { brokers: '${kafka.bootstrap}' }\n${yaml}`)
  return startKoff(['run', '-c', file, ...flags], { REDIS_URL: redis.url, ...variables })
}

/** As `start`; what comes when this has resolved is news. */
async function run(...how: Parameters<typeof start>) {
  const koff = start(...how)
  await said(koff, 'caught up')
  return koff
}

/** What `koff status` says of the pipelines of a deployment that `start` started. */
async function pipelineStates(name: string): Promise<PipelineState[]> {
  const variables = { REDIS_URL: redis.url }
  const { code, stdout, stderr } = await runKoff(['status', '-c', join(home, `${name}.yaml`)], { variables })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = stdout.trim().split('\n')
  return lines.map(line => JSON.parse(line) as PipelineState).filter(({ pipeline }) => pipeline !== undefined)
}

function onlyQueueWaits(states: readonly PipelineState[]): boolean {
  const [carrier, queue, history] = states
  const isBehind =
    queue?.state === 'waits' && (queue.lag ?? 0) > 0 && queue.since !== null && queue.since === queue.oldest
  const isSaid = queue?.reason?.includes('cannot be reached') === true
  return carrier?.state === 'runs' && isBehind && isSaid && history?.state === 'runs' && history.lag === 0
}

async function said(koff: KoffProcess, words: string): Promise<void> {
  const ask = async () => koff.stderr()
  await until({ what: `koff says ${words}`, ask, good: text => text.includes(words), withinMs: 60_000 })
}

async function end(koff: KoffProcess): Promise<void> {
  koff.kill('SIGTERM')
  expect(await koff.ended).toEqual([0, null])
}

const offByDefault = new Set(['offset-committed', 'leader-changed'])

/** Events of groups with this prefix, in the log itself: what koff must have told, whatever happened to it. */
async function eventsOf(prefix: string): Promise<string[]> {
  const groups = Object.entries(await replayed(kafka)).filter(([group]) => group.startsWith(prefix))
  return groups
    .flatMap(([, events]) => events)
    .filter(({ type }) => !offByDefault.has(type))
    .map(({ id, type }) => `${id} ${type}`)
    .toSorted()
}

/** Runs so many jobs of a queue with a real worker, and what else is there; a job that is run twice is there twice. */
async function workOff(queue: string, count: number): Promise<string[]> {
  const runs: string[] = []
  const work = async ({ id, name }: Job) => void (name.startsWith('koff-') || runs.push(`${id} ${name}`))
  const worker = new Worker(queue, work, { connection: { ...connection(), maxRetriesPerRequest: null } })
  const left = new Queue(queue, { connection: connection() })
  await until({
    what: `${count} jobs of ${queue}`,
    ask: async () => runs.length,
    good: n => n >= count,
    withinMs: 60_000,
  })
  await until({ what: 'no job waits', ask: () => left.getWaitingCount(), good: n => n === 0 })
  await worker.close()
  await left.close()
  return runs.toSorted()
}

function example(file: string, variables: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [join(root, 'examples', file)], {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
  })
  const closed = once(child, 'close')
  return {
    lines,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await closed
    },
  }
}

test('a rebalance by real clients becomes one job, and the example worker starts one workflow of it', async () => {
  const flags = ['--pipeline', join(root, 'pipelines/rebalance-workflows.ts')]
  await using koff = await run('alone', 'groups: { include: [shop] }', flags)
  await using worker = example('worker.ts', { REDIS_URL: redis.url })
  await using a = await startKafkajsConsumer({ bootstrap: kafka.bootstrap, group: 'shop', topics: ['orders'] })
  await sharing({ clientId: 'a', client: a })
  await using b = await startKafkajsConsumer({ bootstrap: kafka.bootstrap, group: 'shop', topics: ['orders'] })
  await sharing({ clientId: 'a', client: a }, { clientId: 'b', client: b })
  await until({ what: 'two workflows', ask: async () => worker.lines, good: ({ length }) => length >= 2 })
  expect(worker.lines.map(line => line.split(' ').slice(1).join(' '))).toEqual([
    'shop 0 → 1, 4 partitions moved: started',
    'shop 1 → 2, 2 partitions moved: started',
  ])
  await end(koff)
  const client = new RedisClient(redis.port)
  const workflows = Object.keys(await client.hgetall('workflows'))
  // Done a second time, for whatever reason, the work is the same work.
  const queue = new Queue('rebalances', { connection: connection() })
  const done = await queue.getCompleted()
  expect(done.map(({ returnvalue }) => String(returnvalue))).toEqual(['started', 'started'])
  for (const job of done) await job.retry('completed')
  await until({ what: 'both are done again', ask: () => queue.getCompletedCount(), good: n => n === 2 })
  expect((await queue.getCompleted()).map(({ returnvalue }) => String(returnvalue))).toEqual([
    'was started before',
    'was started before',
  ])
  expect(Object.keys(await client.hgetall('workflows'))).toEqual(workflows)
  expect(worker.lines).toHaveLength(2)
  await queue.close()
  await client.quit()
})

test('koff killed 20 times after Redis has the jobs and before koff knows it: every job is there once and runs once', async () => {
  await using proxy = await redisProxy(redis.port)
  const yaml = `groups: { include: ['kill-*'] }\nsinks: [{ type: bullmq, queue: kills, redis: { url: '${proxy.url}' } }]`
  const queue = new Queue('kills', { connection: connection() })
  for (let round = 1; round <= 20; round += 1) {
    await using koff = await run('kills', yaml)
    await killBetween({ koff, proxy, queue, group: `kill-${round}` })
  }
  await queue.close()
  await using last = await run('kills', yaml)
  // The same where it is Redis that dies, and koff has nobody to carry the state for it.
  await redis.kill()
  for (let n = 0; n < 20; n += 1) await alter(`kill-redis-${n}`, n)
  await said(last, 'cannot be reached')
  await redis.start()
  await alter('kill-last', 1)
  const expected = await eventsOf('kill-')
  expect(expected.length).toBeGreaterThan(20)
  expect(await workOff('kills', expected.length)).toEqual(expected)
  await end(last)
})

test('a Redis that comes 3 s after koff is waited for, which is said at once and once, and nothing is lost', async () => {
  const yaml = `groups: { include: ['late-*'] }\nsinks: [{ type: bullmq, queue: late, redis: { url: '${redis.url}' } }]`
  const before = await run('late', yaml)
  await alter('late-before', 1)
  await end(before)
  await redis.kill()
  await alter('late-while-both-are-down', 1)
  await using koff = start('late', yaml)
  await said(koff, 'cannot be reached')
  await alter('late-while-redis-is-down', 1)
  await sleep(3_000)
  expect(logLines(koff, 'trying')).toEqual([
    `warn queue late, Redis at 127.0.0.1:${redis.port} cannot be reached: connection refused; trying for 30 s`,
  ])
  await redis.start()
  await said(koff, 'caught up')
  expect(logLines(koff, 'is available after')).toHaveLength(1)
  await alter('late-last', 1)
  const expected = await eventsOf('late-')
  expect(expected.length).toBeGreaterThanOrEqual(4)
  expect(await workOff('late', expected.length)).toEqual(expected)
  await end(koff)
})

test('a Redis that cannot be the right one ends koff at once, and nothing is written to another database', async () => {
  await using koff = start('wrong', `sinks: [{ type: bullmq, queue: wrong, redis: { url: '${redis.url}/99' } }]`)
  expect(await koff.ended).toEqual([1, null])
  const message = `error queue wrong, Redis at 127.0.0.1:${redis.port} has no database of that number; see redis.db`
  expect(logLines(koff, 'redis.db')).toEqual([message])
  const queue = new Queue('wrong', { connection: connection() })
  expect(await queue.getJobCounts('waiting')).toEqual({ waiting: 0 })
  await queue.close()
})

/** `<level> <message>` of what koff logged with these words. */
function logLines(koff: KoffProcess, words: string): string[] {
  const lines = koff.stderr().split('\n').slice(0, -1)
  const logged = lines.map(line => JSON.parse(line) as { readonly level: string; readonly msg: string })
  return logged.filter(({ msg }) => msg.includes(words)).map(({ level, msg }) => `${level} ${msg}`)
}

interface Kill {
  readonly koff: KoffProcess
  readonly proxy: RedisProxy
  readonly queue: Queue
  readonly group: string
}

/** The event of a new group is in the queue, koff waits for the answer, and dies. */
async function killBetween({ koff, proxy, queue, group }: Kill): Promise<void> {
  const isThere = async () =>
    (await queue.getWaiting()).some(({ data }: { data: { group?: string } }) => data.group === group)
  proxy.holdAfter(`"group":"${group}"`)
  await alter(group, 1)
  await until({ what: `a job of ${group}`, ask: isThere, good: there => there })
  koff.kill('SIGKILL')
  await koff.ended
  proxy.release()
}

const clean = () => `{ type: kafka, topic: clean, registry: { url: '${registry.url}' } }`

test('a pipeline whose Redis is down delays no other; killed and restarted under load, nothing is lost or repeated', async () => {
  const history = join(home, 'history.db')
  const yaml = `groups: { include: ['load-*'] }
instances: { sessionTimeoutMs: 6000 }
sinks: [${clean()}]
pipelines:
  - { name: queue, to: { type: bullmq, queue: load, redis: { url: '${redis.url}' } } }
  - { name: history, on: [group-*, offset-*], to: { type: history, file: '${history}' } }`
  await using koff = await run('several', yaml)
  let groups = 0
  const load = async (count: number) => {
    for (let n = 0; n < count; n += 1) await alter(`load-${(groups += 1)}`, n)
  }
  const inHistory = () => {
    const database = new DatabaseSync(history, { readOnly: true })
    const found = database.prepare(`SELECT count(DISTINCT "group") AS n FROM events WHERE "group" LIKE 'load-%'`).get()
    database.close()
    return Promise.resolve(Number(found?.['n']))
  }
  await load(20)
  await until({ what: 'the history', ask: inHistory, good: n => n === groups })
  for (let outage = 0; outage < 3; outage += 1) {
    const loading = load(40)
    await sleep(50)
    await redis.kill()
    await loading
    // The other pipeline has everything while this one has nothing to write to.
    await until({ what: 'the history', ask: inHistory, good: n => n === groups })
    if (outage === 0) {
      await said(koff, 'cannot be reached')
      const ask = () => pipelineStates('several')
      await until({ what: 'koff status to show which pipeline waits', ask, good: onlyQueueWaits })
    }
    await redis.start()
    await load(5)
  }
  const expected = await eventsOf('load-')
  expect(koff.stderr()).toMatch(
    /pipeline queue: queue load, Redis at [\d.:]+ cannot be reached.*other pipelines continue/,
  )
  expect(await workOff('load', expected.length)).toEqual(expected)
  await until({ what: 'the history', ask: inHistory, good: n => n === groups })

  // A follower that is killed after its sink has the events and before the group knows it is given them again.
  await using proxy = await redisProxy(redis.port)
  koff.kill('SIGKILL')
  await koff.ended
  const queue = new Queue('load', { connection: connection() })
  const runs: string[] = []
  for (let round = 0; round < 2; round += 1) {
    await using again = await run('several', yaml.replace(redis.url, proxy.url))
    await alter(`load-warm-${round}`, 1)
    await until({ what: 'it reads', ask: () => queue.getWaitingCount(), good: n => n > 0, withinMs: 60_000 })
    runs.push(...(await workOff('load', 0)))
    await killBetween({ koff: again, proxy, queue, group: `load-kill-${round}` })
  }
  await queue.close()
  await using last = await run('several', yaml)
  await alter('load-last', 1)
  const rest = (await eventsOf('load-')).filter(event => !expected.includes(event))
  runs.push(...(await workOff('load', rest.length - runs.length)))
  expect(runs.toSorted()).toEqual(rest)
  await end(last)
  const states = (await pipelineStates('several')).map(({ pipeline, state }) => [pipeline, state])
  expect(states).toEqual([
    ['kafka-clean', 'stopped'],
    ['queue', 'stopped'],
    ['history', 'stopped'],
  ])
})

test('two instances share a further pipeline; one is killed under load, and every job is there once', async () => {
  const yaml = `groups: { include: ['pair-*'] }
instances: { sessionTimeoutMs: 6000 }
sinks: [{ type: kafka, topic: clean-pair, registry: { url: '${registry.url}' } }]
pipelines:
  - { name: queue, to: { type: bullmq, queue: pair, redis: { url: '${redis.url}' } } }`
  await using first = await run('pair', yaml)
  await using second = start('pair', yaml)
  await said(second, 'owns partitions')
  let groups = 0
  const load = async (count: number) => {
    for (let n = 0; n < count; n += 1) await alter(`pair-${(groups += 1)}`, n)
  }
  await load(40)
  const loading = load(40)
  await sleep(50)
  first.kill('SIGKILL')
  await first.ended
  await loading
  await load(20)
  const expected = await eventsOf('pair-')
  expect(expected.length).toBeGreaterThanOrEqual(100)
  expect(await workOff('pair', expected.length)).toEqual(expected)
  await end(second)
})
