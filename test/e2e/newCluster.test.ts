import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../clients/until.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { freePort } from '../servers/ports.ts'
import { startKoff } from './koff.ts'

/* A cluster that never had a consumer group has no `__consumer_offsets`. */

let home: string
let kafka: Kafka

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'koff-new-cluster-'))
  kafka = await startKafka()
})
afterAll(async () => {
  await kafka.stop()
  rmSync(home, { recursive: true, force: true })
})

test('koff is ready on a cluster that never had a group, and reports the first group', async () => {
  const port = await freePort()
  const config = join(home, 'koff.yaml')
  writeFileSync(
    config,
    `kafka: { brokers: '${kafka.bootstrap}' }
http: { port: ${port} }
sinks: [{ type: kafka, topic: koff.events, format: json, partitions: 1 }, { type: stdout, format: json }]
`,
  )
  await using koff = startKoff(['run', '-c', config])
  const ask = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null)
    return { status: response?.status ?? null, body: await response?.json() }
  }
  await until({ what: 'ready', ask, good: ({ status }) => status === 200 })
  expect((await ask()).body).toMatchObject({ ready: true, partitions: 0 })
  expect(koff.stderr()).toContain('__consumer_offsets does not exist yet: waiting for it')

  const { NOTHING } = kafkajs.logLevel
  const admin = new kafkajs.Kafka({ brokers: [...kafka.brokers], clientId: 'test', logLevel: NOTHING }).admin()
  await admin.connect()
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'orders', numPartitions: 1 }] })
  await admin.setOffsets({ groupId: 'first', topic: 'orders', partitions: [{ partition: 0, offset: '1' }] })
  await admin.disconnect()
  await koff.line(line => line.includes('"group":"first"') && line.includes('"group-created"'))
  await until({ what: 'ready', ask, good: ({ status }) => status === 200 })
  expect((await ask()).body).toMatchObject({ ready: true, partitions: 4, catchingUp: 0 })
  koff.kill('SIGTERM')
  expect(await koff.ended).toEqual([0, null])
})
