import { readdir } from 'node:fs/promises'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { startKafkajsConsumer } from '../clients/kafkajs.ts'
import { until } from '../clients/until.ts'
import { readCleanTopic } from '../live/cleanTopic.ts'
import { readCompose } from '../servers/compose.ts'
import { type Composed, startComposed } from '../servers/composed.ts'

/* What an engine of containers adds, images and networks above all, is not here: docs/operating.md says what that leaves. */

let started: Composed | undefined
beforeAll(async () => {
  started = await startComposed()
})
afterAll(() => started?.[Symbol.asyncDispose]())

function composed(): Composed {
  if (started === undefined) throw new Error('docker-compose.yml did not start')
  return started
}

const kafkaAt = (broker: string) =>
  new kafkajs.Kafka({ brokers: [broker], clientId: 'test', logLevel: kafkajs.logLevel.NOTHING })

test('docker-compose.yml runs the image, in which everything is installed', async () => {
  const { services } = await readCompose()
  expect(services['koff']).toMatchObject({ build: '.', image: `koff:${packageJson.version}`, read_only: true })
  expect(JSON.stringify(services['koff'])).not.toContain('npm')
})

test('the broker sends clients in containers and on the host back to where they came from', async () => {
  for (const address of [composed().published(9092), composed().inside('kafka', 19_092)]) {
    const admin = kafkaAt(address).admin()
    await admin.connect()
    const { brokers } = await admin.describeCluster()
    await admin.disconnect()
    expect(brokers.map(({ host, port }) => `${host}:${port}`)).toEqual([address])
  }
})

test('a real consumer on the host joins and commits, and its events are in the clean topic', async () => {
  const bootstrap = composed().published(9092)
  const admin = kafkaAt(bootstrap).admin()
  await admin.connect()
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'orders', numPartitions: 2 }] })
  await admin.disconnect()
  await using consumer = await startKafkajsConsumer({ bootstrap, group: 'shop', topics: ['orders'] })
  await consumer.assigned({ orders: [0, 1] })
  await consumer.commit({ orders: { 0: 7 } })
  await consumer.commit({ orders: { 0: 3 } })
  const registry = `http://${composed().published(8081)}/apis/ccompat/v7`
  // koff prints them, too.
  const koff = composed().services['koff']
  await until({
    what: 'the rewind',
    ask: async () => {
      if (koff?.running() !== true) throw new Error(`koff has ended: ${koff?.output()}`)
      return koff.output()
    },
    good: output => output.includes('"type":"offset-rewound"'),
    withinMs: 120_000,
  })
  const clean = await readCleanTopic({ brokers: [bootstrap], topic: 'koff.events' }, registry)
  const ofShop = clean.filter(({ value }) => value.group === 'shop').map(({ value }) => value.type)
  expect(ofShop).toEqual(expect.arrayContaining(['group-created', 'member-joined', 'rebalance', 'offset-rewound']))
  // Whoever asks from the host finds it caught up, and the event counted.
  expect((await fetch(`http://${composed().published(9404)}/readyz`)).status).toBe(200)
  const metrics = await (await fetch(`http://${composed().published(9404)}/metrics`)).text()
  expect(metrics).toMatch(/koff_events_total\{[^}]*type="offset-rewound"[^}]*\} 1/)
})

test('what the servers hold is in the volumes', async () => {
  expect(await readdir(composed().volume('kafka-data'))).toContain('meta.properties')
  expect(await readdir(composed().volume('registry-data'))).toContain('schemas.mv.db')
  expect((await readdir(composed().volume('redis-data'))).join()).toContain('appendonly')
})

test('koff gets the signal that ends a container, and ends well', async () => {
  composed().services['koff']?.signal('SIGTERM')
  expect(await composed().services['koff']?.exited).toBe('exit code 0')
})
