import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type JavaClients, startJava } from '../clients/java.ts'
import { type KafkajsConsumer, startKafkajsConsumer } from '../clients/kafkajs.ts'
import { until } from '../clients/until.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { freePort } from '../servers/ports.ts'
import { type Prometheus, startPrometheus } from '../servers/prometheus.ts'
import { type KoffProcess, startKoff } from './koff.ts'

/*
 * The dashboard in deploy/grafana, without Grafana: a Prometheus that scrapes a running koff evaluates the expression of each
 * panel.
 */

interface Panel {
  readonly title: string
  readonly targets?: readonly { readonly expr: string }[]
}

const dashboard = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../deploy/grafana/koff.json', import.meta.url)), 'utf8'),
) as { readonly panels: readonly Panel[] }
const expressions = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, expr.replaceAll('$cluster', '.*').replaceAll('$group', 'members')] as const),
)

let home: string
let kafka: Kafka
let java: JavaClients
let koff: KoffProcess
let member: KafkajsConsumer
let prometheus: Prometheus

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'koff-dashboard-'))
  ;[kafka, java] = await Promise.all([startKafka(), startJava()])
  const { bootstrap } = kafka
  const admin = await java.admin(bootstrap)
  await admin.createTopics({ orders: 2 })
  await admin.alterOffsets('job', { orders: { 0: 0 } })
  const port = await freePort()
  const config = join(home, 'koff.yaml')
  writeFileSync(
    config,
    `kafka: { brokers: '${bootstrap}' }
http: { port: ${port} }
metrics: { groups: partition }
conditions: { sampleEveryMs: 300, lagThreshold: 1, lagForMs: 0 }
state: { dir: state }
sinks: [{ type: stdout }]
`,
  )
  koff = startKoff(['run', '-c', config])
  await until({ what: 'koff has caught up', ask: async () => koff.stderr(), good: text => text.includes('caught up') })
  prometheus = await startPrometheus({ targets: [`127.0.0.1:${port}`], rules: 'groups: []' })
  member = await startKafkajsConsumer({ bootstrap, group: 'members', topics: ['orders'] })
  await member.assigned({ orders: [0, 1] })
  await member.commit({ orders: { 0: 0, 1: 0 } })
  // Two scrapes with a sample between them, before there is anything to read.
  await until({
    what: 'the offsets of the group are scraped',
    ask: () => prometheus.query('count(count_over_time(kafka_partition_latest_offset[1m]) > 2)'),
    good: found => (found[0]?.value ?? 0) >= 2,
  })
  const producer = await java.producer({ bootstrap })
  for (const partition of [0, 1]) await producer.send({ topic: 'orders', partition, count: 3 })
}, 240_000)

afterAll(async () => {
  await koff[Symbol.asyncDispose]()
  await member.kill()
  await java.kill()
  await Promise.all([kafka.stop(), prometheus.stop()])
  rmSync(home, { recursive: true, force: true })
})

test('the dashboard has panels of the fleet, of one group, and of koff itself', () => {
  expect(expressions.length).toBeGreaterThan(35)
})

test.each(expressions)('%s: %s', async (_title, expression) => {
  const series = await until({
    what: expression,
    ask: () => prometheus.query(expression),
    good: found => found.some(({ value }) => Number.isFinite(value)),
    withinMs: 60_000,
  })
  expect(series).not.toEqual([])
})
