import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JavaAdmin } from '../clients/admin.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { freePort } from '../servers/ports.ts'
import { type Prometheus, startPrometheus } from '../servers/prometheus.ts'
import { type Redis, startRedis } from '../servers/redis.ts'
import { type Registry, startRegistry } from '../servers/registry.ts'
import { type KoffProcess, startKoff } from './koff.ts'

/*
 * The alerts that docs/metrics.md recommends, in a Prometheus that scrapes running koffs: each fires at the first outage
 * that it is for, and none while all is well. Windows are shorter than in the file of rules.
 */

let kafka: Kafka
let registry: Registry
let redis: Redis
let java: JavaClients
let admin: JavaAdmin
let home: string
let prometheus: Prometheus
/** Events to a topic, and two pipelines that read it. */
let shared: Watched
/** Jobs alone, with the state in a file. */
let alone: Watched
let late: Pick<Watched, 'port' | 'instance'>
let groups = 0

interface Watched {
  readonly koff: KoffProcess
  readonly port: number
  /** As Prometheus calls it. */
  readonly instance: string
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'koff-alerts-'))
  ;[kafka, registry, redis, java] = await Promise.all([
    startKafka(),
    startRegistry(),
    startRedis({ durable: true }),
    startJava(),
  ])
  admin = await java.admin(kafka.bootstrap)
  await admin.createTopics({ orders: 1 })
  await createGroup()
  shared = await watched('shared', sharedConfig('shared', 'clean'))
  alone = await watched('alone', `sinks: [{ type: bullmq, queue: alone, redis: { url: '${redis.url}' } }]`)
  const port = await freePort()
  late = { port, instance: `127.0.0.1:${port}` }
  const targets = [shared, alone, late].map(({ instance }) => instance)
  prometheus = await startPrometheus({ targets, rules: shortened() })
})
afterAll(async () => {
  for (const { koff } of [shared, alone]) await koff[Symbol.asyncDispose]()
  await java.kill()
  await Promise.all([kafka.stop(), registry.stop(), redis.stop(), prometheus.stop()])
  rmSync(home, { recursive: true, force: true })
})

function sharedConfig(name: string, topic: string): string {
  return `sinks: [{ type: kafka, topic: ${topic}, registry: { url: '${registry.url}', timeoutMs: 120000 } }]
pipelines:
  - { name: queue, to: { type: bullmq, queue: ${name}, redis: { url: '${redis.url}' } } }
  - { name: history, to: { type: history, file: '${historyFile()}' } }`
}

function historyFile(): string {
  return join(home, 'history.db')
}

function start(name: string, port: number, yaml: string): KoffProcess {
  const file = join(home, `${name}.yaml`)
  writeFileSync(file, `name: ${name}\nkafka: { brokers: '${kafka.bootstrap}' }\n${yaml}`)
  return startKoff(['run', '-c', file, '--http-port', String(port)])
}

async function watched(name: string, yaml: string): Promise<Watched> {
  const port = await freePort()
  const koff = start(name, port, yaml)
  const ask = async () => koff.stderr()
  await until({ what: `${name} has caught up`, ask, good: text => text.includes('caught up'), withinMs: 90_000 })
  return { koff, port, instance: `127.0.0.1:${port}` }
}

/** The rules with seconds for minutes. */
function shortened(): string {
  const rules = readFileSync(fileURLToPath(new URL('../../deploy/prometheus/koff.rules.yml', import.meta.url)), 'utf8')
  return rules.replaceAll(/(\[|offset )(?:5m|10m|15m|1h)\b/g, '$112s').replaceAll(/for: \d+m/g, 'for: 3s')
}

/** Each makes some events. */
async function createGroup(): Promise<void> {
  groups += 1
  await admin.alterOffsets(`g${groups}`, { orders: { 0: 0 } })
}

/** `alert instance pipeline` of what fires now. */
async function firing(): Promise<string[]> {
  const alerts = await prometheus.alerts()
  const names = new Map([shared, alone, late].map(({ instance }, at) => [instance, ['shared', 'alone', 'late'][at]]))
  return alerts
    .filter(({ state }) => state === 'firing')
    .map(({ labels: { alertname, instance = '', pipeline = '' } }) =>
      [alertname, names.get(instance), pipeline].join(' ').trim(),
    )
    .toSorted()
}

async function fires(...wanted: readonly string[]): Promise<void> {
  await until({
    what: `${wanted.join(', ')} at once`,
    ask: firing,
    good: found => wanted.every(alert => found.includes(alert)),
    withinMs: 90_000,
  })
}

function warnings(): string[] {
  return [shared, alone].flatMap(({ koff }) => koff.stderr().match(/^.*"level":"(?:warn|error)".*$/gm) ?? [])
}

/** Nothing fires, but for the koff that has yet to be started. */
async function isQuiet(): Promise<void> {
  const ask = async () => (await firing()).filter(alert => !alert.includes(' late'))
  await until({ what: 'no alert', ask, good: found => found.length === 0, withinMs: 120_000 })
}

test('a koff that does not answer raises an alert, and those that are well raise none', async () => {
  await fires('KoffDown late')
  // Longer than each window.
  for (let seconds = 0; seconds < 15; seconds += 1) {
    await sleep(1_000)
    expect({ alerts: (await firing()).filter(alert => !alert.includes(' late')), warnings: warnings() }).toEqual({
      alerts: [],
      warnings: [],
    })
  }
  const zero = await prometheus.query(
    'count by (__name__) ({__name__=~"koff_.*(failures|retries|throttle_seconds)_total"} == 0)',
  )
  expect(zero.map(({ labels, value }) => `${labels['__name__']} ${value}`).toSorted()).toEqual([
    'koff_commit_failures_total 4',
    'koff_sink_retries_total 4',
    'koff_throttle_seconds_total 2',
  ])
})

test('brokers that are gone raise an alert for each pipeline', async () => {
  await kafka.kill()
  await fires(
    'KoffWarns shared',
    'KoffWarns alone',
    'KoffPipelineWaits shared kafka-clean',
    'KoffPipelineWaits shared queue',
    'KoffPipelineWaits shared history',
    'KoffPipelineWaits alone bullmq-alone',
    'KoffPipelineStopped shared kafka-clean',
    'KoffPipelineStopped alone bullmq-alone',
  )
  expect(await firing()).not.toContain('KoffDown shared')
  await kafka.start()
  await isQuiet()
})

test('a Redis that is gone for 45 s and a history that another program has locked raise an alert each', async () => {
  const since = performance.now()
  const locking = new DatabaseSync(historyFile())
  locking.exec('BEGIN EXCLUSIVE')
  await redis.kill()
  await createGroup()
  await fires(
    'KoffSinkFails shared queue',
    'KoffSinkFails shared history',
    'KoffSinkFails alone bullmq-alone',
    'KoffCommitFails alone bullmq-alone',
    'KoffPipelineWaits shared queue',
    'KoffPipelineWaits shared history',
    'KoffPipelineWaits alone bullmq-alone',
    'KoffWarns shared',
    'KoffWarns alone',
  )
  expect(await firing()).not.toContain('KoffPipelineWaits shared kafka-clean')
  await sleep(Math.max(0, 45_000 - (performance.now() - since)))
  await redis.start()
  locking.exec('ROLLBACK')
  locking.close()
  await isQuiet()
})

test('a registry that is gone raises an alert where a schema is needed, and at the start of a koff', async () => {
  await registry.kill()
  // The first events of their types: nobody has asked for their schemas yet.
  await admin.deleteGroups('g1')
  await fires('KoffSinkFails shared queue', 'KoffSinkFails shared history', 'KoffPipelineWaits shared queue')
  const koff = start('late', late.port, sharedConfig('late', 'late'))
  await fires('KoffWarns late', 'KoffNotReady late')
  expect(koff.stderr()).toContain('cannot be reached: connection refused; trying for 120 s')
  expect(await firing()).not.toContain('KoffDown late')
  await koff[Symbol.asyncDispose]()
})
