import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../clients/until.ts'
import { renderChart, rendered } from '../live/chart.ts'
import { readTopic } from '../live/cleanTopic.ts'
import { helmProgram } from '../servers/kubernetes.ts'
import { freePort } from '../servers/ports.ts'
import { type SecuredKafka, startSecuredKafka } from '../servers/securedKafka.ts'
import { type KoffProcess, startKoff } from './koff.ts'

/*
 * What the chart renders, without a cluster of Kubernetes: the files of the ConfigMap and of a Secret in folders as the pod
 * has them, the arguments of the container, and its probes.
 */

const instances = 2
let home: string
let secured: SecuredKafka
const koffs: KoffProcess[] = []

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'koff-pod-'))
  const users = [{ username: 'koff', password: 'of-koff' }]
  ;[secured] = await Promise.all([startSecuredKafka({ users }), helmProgram()])
  await secured.allow('koff', [
    'All topic koff*',
    'Read topic __consumer_offsets',
    'All group koff*',
    'All transactionalId koff*',
    'All cluster',
  ])
}, 900_000)

afterAll(async () => {
  for (const koff of koffs) await koff[Symbol.asyncDispose]()
  await secured[Symbol.asyncDispose]()
  rmSync(home, { recursive: true, force: true })
})

interface Container {
  readonly args: readonly string[]
  readonly livenessProbe: { readonly httpGet: { readonly path: string } }
  readonly readinessProbe: { readonly httpGet: { readonly path: string } }
}

test('the instances of the chart roll out on a new cluster, share the work, and deliver', async () => {
  const begin = performance.now()
  const values = {
    replicaCount: instances,
    secrets: [{ name: 'kafka', secretName: 'koff-kafka' }],
    files: { 'ca.pem': secured.certificates.broker.cert },
    config: {
      kafka: {
        brokers: secured.sasl,
        tls: { ca: 'ca.pem' },
        sasl: {
          mechanism: 'SCRAM-SHA-512',
          username: 'koff',
          password: { file: '/etc/koff/secrets/kafka/password' },
        },
      },
      sinks: [{ type: 'kafka', topic: 'koff.events', format: 'json', partitions: 1 }],
    },
  }
  const all = await renderChart(values)
  const { template, replicas } = rendered(all, 'Deployment').spec as {
    readonly replicas: number
    readonly template: { readonly spec: { readonly containers: readonly [Container] } }
  }
  expect(replicas).toBe(instances)
  const [{ args, livenessProbe, readinessProbe }] = template.spec.containers

  // Folders of the pod, below `home`.
  const inPod = (text: string) => text.replaceAll('/etc/koff', join(home, 'etc/koff'))
  mkdirSync(inPod('/etc/koff/config'), { recursive: true })
  mkdirSync(inPod('/etc/koff/secrets/kafka'), { recursive: true })
  writeFileSync(inPod('/etc/koff/secrets/kafka/password'), 'of-koff\n')
  for (const [name, text] of Object.entries(rendered(all, 'ConfigMap').data ?? {}))
    writeFileSync(join(inPod('/etc/koff/config'), name), inPod(text))

  const ports: number[] = []
  for (let instance = 0; instance < instances; instance += 1) {
    const port = await freePort()
    ports.push(port)
    // Pods have an address each; here instances share one.
    koffs.push(startKoff(args.map(inPod), { KOFF_HTTP_PORT: String(port), KOFF_HTTP_HOST: '127.0.0.1' }))
  }
  const get = async (port: number, path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => null)
    return { status: response?.status, body: (await response?.text()) ?? '' }
  }
  const statuses = async (path: string) => Promise.all(ports.map(async port => (await get(port, path)).status))
  const allWell = (found: readonly unknown[]) => found.every(status => status === 200)
  await until({
    what: 'the readiness probes',
    ask: () => statuses(readinessProbe.httpGet.path),
    good: allWell,
  }).catch((error: unknown) => {
    throw new Error(koffs.map(koff => koff.stderr()).join('\n'), { cause: error })
  })
  expect(allWell(await statuses(livenessProbe.httpGet.path))).toBe(true)
  const seconds = (performance.now() - begin) / 1000
  process.stdout.write(`from helm template to ${instances} instances that are ready: ${seconds.toFixed(1)} s\n`)

  const { NOTHING } = kafkajs.logLevel
  const client = new kafkajs.Kafka({ brokers: [...secured.kafka.brokers], clientId: 'test', logLevel: NOTHING })
  const admin = client.admin()
  await admin.connect()
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'orders', numPartitions: 1 }] })
  for (const groupId of ['one', 'two', 'three', 'four'])
    await admin.setOffsets({ groupId, topic: 'orders', partitions: [{ partition: 0, offset: '1' }] })
  await admin.disconnect()
  const owned = async () =>
    Promise.all(
      ports.map(async port => Number(/^koff_owned_partitions (\d+)/m.exec((await get(port, '/metrics')).body)?.[1])),
    )
  await until({
    what: 'each instance owns half of the partitions',
    ask: owned,
    good: found => found.every(count => count === 2),
    withinMs: 60_000,
  })
  const groups = async () => {
    const read = await readTopic({ brokers: secured.kafka.brokers, topic: 'koff.events' })
    return new Set(read.map(({ value }) => (JSON.parse(String(value)) as { readonly group: string }).group))
  }
  await until({
    what: 'events of all groups',
    ask: groups,
    good: found => ['one', 'two', 'three', 'four'].every(group => found.has(group)),
    withinMs: 60_000,
  })
  for (const koff of koffs) koff.kill('SIGTERM')
  for (const koff of koffs) expect(await koff.ended).toEqual([0, null])
}, 300_000)
