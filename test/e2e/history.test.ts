import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readHistory } from '../../src/history/openHistory.ts'
import type { DescribedGroup, JavaAdmin } from '../clients/admin.ts'
import type { JavaConsumer } from '../clients/consumer.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { runKoff } from '../commands/runKoff.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { kafkaJars } from '../servers/maven.ts'
import { type Postgres, startPostgres } from '../servers/postgres.ts'
import { startKoff } from './koff.ts'
import { createOrders } from './sharing.ts'

let kafka: Kafka
let java: JavaClients
let admin: JavaAdmin
let postgres: Postgres
let home: string

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'koff-history-'))
  ;[kafka, java, postgres] = await Promise.all([startKafka(), startJava(), startPostgres()])
  admin = await java.admin(kafka.bootstrap)
  await createOrders({ bootstrap: kafka.bootstrap, java, admin })
  await admin.alterOffsets('before', { orders: { 0: 3 } })
})
afterAll(async () => {
  await java.kill()
  await Promise.all([kafka.stop(), postgres.stop()])
  rmSync(home, { recursive: true, force: true })
})

function start(name: string, yaml: string) {
  const file = join(home, `${name}.yaml`)
  writeFileSync(
    file,
    `name: ${name}\nkafka: { brokers: '${kafka.bootstrap}' }\nstate: { dir: '${home}' }\nconditions: { sampleEveryMs: 1000 }\ninstances: { sessionTimeoutMs: 6000 }\n${yaml}`,
  )
  return startKoff(['run', '-c', file])
}

interface Line {
  readonly group: string
  readonly state: string
  readonly members: readonly { readonly id: string; readonly assignment: unknown }[]
  readonly offsets: unknown
}

/** What `koff history` answers, and its exit code. */
async function history(store: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await runKoff(['history', ...args, '--history', store, '-o', 'json'])
  const lines = stdout.trim() === '' ? [] : stdout.trim().split('\n')
  return { code, stderr, lines: lines.map(line => JSON.parse(line) as Line) }
}

/** Waits until the history says of a group now what the broker says, and covers it. */
async function agrees(store: string, group: string): Promise<void> {
  await until({
    what: `the history knows ${group} as the broker does`,
    ask: async () => {
      const [broker] = await admin.describeGroups(group)
      const { code, lines } = await history(store, 'group', group, '--at', 'now').catch(() => ({ code: -1, lines: [] }))
      return { code, broker, line: lines[0] }
    },
    good: ({ code, broker, line }) => code === 0 && line !== undefined && isSame(broker, line),
    withinMs: 150_000,
  })
}

function isSame(broker: DescribedGroup | undefined, line: Line): boolean {
  const members = (all: Line['members']) => JSON.stringify(all.map(({ id, assignment }) => [id, assignment]))
  return (
    broker !== undefined &&
    members(broker.members) === members(line.members) &&
    JSON.stringify(broker.offsets) === JSON.stringify(line.offsets)
  )
}

async function countOf(store: string, sql: string): Promise<number> {
  await using reader = await readHistory(store)
  const [row] = await reader.all(sql)
  return Number(row?.['count'])
}

test('one process keeps a history of all that the broker knows, over kill -9, and goes back to where a group was', async () => {
  const store = join(home, 'history.db')
  const yaml = `sinks: [{ type: history, file: '${store}', progressEveryMs: 2000 }]`
  const options = { bootstrap: kafka.bootstrap, group: 'direct', topics: ['orders'], protocol: 'consumer' } as const
  const consumers: JavaConsumer[] = []
  {
    await using koff = start('direct', yaml)
    const consumer = await java.consumer({ ...options, clientId: 'one' })
    consumers.push(consumer)
    await consumer.assigned()
    await consumer.commit({ orders: { 0: 10, 1: 11 } })
    await agrees(store, 'direct')
    const { code, lines } = await history(store, 'group', 'before', '--at', 'now')
    expect([code, lines[0]?.offsets]).toEqual([0, { orders: { 0: 3 } }])
    koff.kill('SIGKILL')
    await koff.ended
    await consumer.commit({ orders: { 0: 20, 1: 21 } })
  }
  const before = Date.now()
  await using _ = start('direct', yaml)
  consumers.push(await java.consumer({ ...options, clientId: 'two' }))
  await agrees(store, 'direct')
  await Promise.all(consumers.splice(0).map(one => one.close()))
  await agrees(store, 'direct')
  const twice = 'SELECT count(*) - count(DISTINCT id) AS count FROM events'
  expect(await countOf(store, twice)).toBe(0)

  const csv = await runKoff(['history', 'offsets', 'direct', '--at', 'now', '--history', store, '-o', 'reset-csv'])
  expect([csv.code, csv.stdout]).toEqual([0, expect.stringContaining('orders,0,20\n')])
  expect((await history(store, 'events', '--since', `@${before}`, '--until', 'now', '--group', 'direct')).code).toBe(0)
  await until({
    what: 'the group has no members',
    ask: () => admin.describeGroups('direct'),
    good: ([group]) => group?.state === 'Empty',
    withinMs: 90_000,
  })
  await admin.alterOffsets('direct', { orders: { 0: 1, 1: 2 } })
  const file = join(home, 'direct.csv')
  writeFileSync(file, csv.stdout)
  await resetFromFile('direct', file)
  expect((await admin.describeGroups('direct'))[0]?.offsets).toMatchObject({ orders: { 0: 20, 1: 21 } })
})

/** Kafka's own `kafka-consumer-groups.sh`. */
async function resetFromFile(group: string, file: string): Promise<void> {
  const tool = 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand'
  const args = [
    '--bootstrap-server',
    kafka.bootstrap,
    '--group',
    group,
    '--reset-offsets',
    '--from-file',
    file,
    '--execute',
  ]
  const done = spawnSync('java', ['-cp', `${await kafkaJars()}/*`, tool, ...args], { encoding: 'utf8' })
  expect(done.stderr + done.stdout).toContain(group)
  expect(done.status).toBe(0)
}

test('two instances keep one history in PostgreSQL, over kill -9 of an instance and of PostgreSQL: each event once, and all that is covered', async () => {
  const yaml = `sinks: [{ type: kafka, topic: clean, format: json }]
pipelines: [{ name: history, to: { type: history, url: '${postgres.url}', progressEveryMs: 2000 } }]`
  await using first = start('shared', yaml)
  await using second = start('shared', yaml)
  const options = { bootstrap: kafka.bootstrap, group: 'shared', topics: ['orders'] } as const
  const consumers = [await java.consumer({ ...options, clientId: 'one' })]
  await consumers[0]?.assigned()
  for (let n = 0; n < 30; n += 1) await admin.alterOffsets(`many-${n}`, { orders: { 0: n } })
  await agrees(postgres.url, 'shared')
  await postgres.kill()
  for (let n = 0; n < 10; n += 1) await admin.alterOffsets(`many-${n}`, { orders: { 0: n + 50 } })
  consumers.push(await java.consumer({ ...options, clientId: 'two' }))
  await sleep(1_000)
  await restarted(postgres)
  await agrees(postgres.url, 'shared')
  first.kill('SIGKILL')
  await first.ended
  for (let n = 0; n < 10; n += 1) await admin.alterOffsets(`many-${n}`, { orders: { 0: n } })
  await consumers[0]?.close()
  await agrees(postgres.url, 'shared')
  await agrees(postgres.url, 'many-3')
  // What the clean topic has, the history has, and no more.
  await until({
    what: 'every event is there once',
    ask: () =>
      countOf(
        postgres.url,
        `SELECT count(*) AS count FROM events WHERE "group" LIKE 'many-%' AND type = 'offset-rewound'`,
      ),
    good: count => count === 10,
  })
  const { code, stdout } = await runKoff([
    'history',
    'verify',
    '--topic',
    'clean',
    '--brokers',
    kafka.bootstrap,
    '--history',
    postgres.url,
    '-o',
    'json',
  ])
  expect([code, stdout]).toEqual([0, ''])
  second.kill('SIGTERM')
  await second.ended
})

/** After kill -9 what was left of it has to end first. */
async function restarted(server: Postgres): Promise<void> {
  await until({
    what: 'PostgreSQL is there again',
    ask: () =>
      server.start().then(
        () => true,
        () => false,
      ),
    good: done => done,
  })
}
