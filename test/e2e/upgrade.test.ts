import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync } from 'node:zlib'
import kafkajs, { type Message } from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEventDecoder } from '../../src/avro/eventDecoder.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { until } from '../clients/until.ts'
import { readTopic } from '../live/cleanTopic.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { type Registry, startRegistry } from '../servers/registry.ts'
import { koff, startKoff } from './koff.ts'

/*
 * beforeUpgrade.ndjson.gz: `__consumer_offsets`, the state topic and the events topic as commit 5c1d09d left them (one
 * schema for all types, state of version 1), a record a line after the cluster's id. A simple, a classic, a KIP-848 and a
 * deleted group; every event is of a type that is on by default, or `offset-committed`.
 */

interface Line {
  readonly topic: string
  readonly partition: number
  readonly timestamp: number
  readonly key: string
  readonly value: string | null
  readonly headers: Readonly<Record<string, string>>
}

const eventsTopic = 'koff.events'
let kafka: Kafka
let registry: Registry
let folder: string
let client: kafkajs.Kafka

beforeAll(async () => {
  const properties = { 'offsets.retention.minutes': '100000000' }
  ;[kafka, registry, folder] = await Promise.all([
    startKafka({ properties }),
    startRegistry(),
    temporaryFolder('upgrade'),
  ])
  // Coordinators take what this client writes to their topic, and read it at their start.
  client = new kafkajs.Kafka({
    clientId: '__admin_client',
    brokers: [...kafka.brokers],
    logLevel: kafkajs.logLevel.NOTHING,
  })
})
afterAll(async () => {
  await Promise.all([kafka.stop(), registry.stop()])
  await removeTemporary(folder)
})

test('a deployment from before each type had a schema continues in the same topic, without loss or repetition', async () => {
  const old = await restore()
  const file = join(folder, 'koff.yaml')
  await writeFile(
    file,
    `kafka: { brokers: '${kafka.bootstrap}' }
events: { include: [default, offset-committed] }
sinks:
  - { type: kafka, topic: ${eventsTopic}, registry: { url: '${registry.url}' } }
  - { type: history, file: history.db }
`,
  )
  const service = startKoff(['run', '-c', file])
  const caughtUp = (text: string) => text.includes('caught up after')
  await until({ what: 'caught up', ask: async () => service.stderr(), good: caughtUp, withinMs: 60_000 })
  await alter('simple', 0, 1)
  await alter('classic', 1, 9)
  const oldIds = new Set(old.map(({ headers }) => headers['ce_id']))
  // kafkajs sets offsets as a member of the group, so the group has a life beside its commit.
  const commits = (found: readonly KoffEvent[]) =>
    found.flatMap(event => (event.type === 'offset-committed' && !oldIds.has(event.id) ? [event] : []))
  const all = await until({
    what: 'the commits',
    ask: events,
    good: found => commits(found).length >= 2,
    withinMs: 60_000,
  })

  // What was there is as it was, and is told as if it were written today.
  const ids = all.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.filter(id => oldIds.has(id)).length).toBe(old.length)
  for (const event of all) expect(event).toMatchObject({ part: 1, source: { kind: 'log', after: null } })

  // The state was gone on from: nothing is created anew, and what was before is known.
  const after = all.filter(({ id }) => !oldIds.has(id))
  expect(after.filter(({ type }) => type === 'group-created' || type === 'group-snapshot')).toEqual([])
  const changed = commits(all).map(({ group, data }) => [group, data.previous, data.offset])
  expect(changed.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))).toEqual([
    ['classic', 4, 9],
    ['simple', 2, 1],
  ])
  expect(after.find(({ type }) => type === 'offset-rewound')?.data).toMatchObject({ from: 2, to: 1 })

  // A pipeline that reads the topic has both, too.
  const history = async () => inHistory(join(folder, 'history.db'))
  const isWhole = (found: readonly string[]) => ids.every(id => found.includes(id))
  const stored = await until({ what: 'the history', ask: history, good: isWhole, withinMs: 60_000 })
  expect(new Set(stored).size).toBe(stored.length)
  service.kill('SIGTERM')
  expect(await service.ended).toEqual([0, null])
})

test('a topic with one type whose subject has the old schema is refused with the setting that helps, which does help', async () => {
  const topic = 'koff.rebalances'
  const union = await readFile(new URL('beforeUpgrade.avsc', import.meta.url), 'utf8')
  await register(union, `${topic}-value`)
  // As koff set it when it registered that schema.
  await call('PUT', `/config/${topic}-value`, { compatibility: 'FULL_TRANSITIVE' })
  const file = join(folder, 'one-type.yaml')
  const configured = (subjects: string) => `
name: one-type
kafka: { brokers: '${kafka.bootstrap}' }
events: { include: [rebalance] }
sinks: [{ type: kafka, topic: ${topic}, registry: { url: '${registry.url}' }${subjects} }]
`
  await writeFile(file, configured(''))
  const refused = await koff(['run', '-c', file])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain(`does not accept the schema for subject ${topic}-value (409`)
  expect(refused.stderr).toContain('set subjects: topic-record, or use another topic')

  await writeFile(file, configured(', subjects: topic-record'))
  await using service = startKoff(['run', '-c', file])
  const caughtUp = (text: string) => text.includes('caught up after')
  await until({ what: 'caught up', ask: async () => service.stderr(), good: caughtUp, withinMs: 60_000 })
})

/** Writes the fixture to the cluster. Gives the records of the events topic. */
async function restore(): Promise<readonly Line[]> {
  const bytes = await readFile(new URL('beforeUpgrade.ndjson.gz', import.meta.url))
  const [first = '', ...lines] = gunzipSync(bytes).toString().trim().split('\n')
  const { cluster } = JSON.parse(first) as { readonly cluster: string }
  const records = lines.map(line => JSON.parse(line) as Line)
  const union = await readFile(new URL('beforeUpgrade.avsc', import.meta.url), 'utf8')
  const schemaId = await register(union)

  const admin = client.admin()
  await admin.connect()
  const keeps = [{ name: 'retention.ms', value: '-1' }]
  const compact = [{ name: 'cleanup.policy', value: 'compact' }]
  await admin.createTopics({
    waitForLeaders: true,
    topics: [
      { topic: 'orders', numPartitions: 4 },
      { topic: 'payments', numPartitions: 2 },
      { topic: eventsTopic, numPartitions: 3, configEntries: keeps },
      { topic: 'koff.state', numPartitions: 4, configEntries: compact },
    ],
  })
  // Makes the topic of the coordinators, which take a moment to load it.
  await until({
    what: 'a coordinator answers',
    ask: () => admin.fetchOffsets({ groupId: 'nobody' }).then(() => '', String),
    good: error => error === '',
  })
  await admin.disconnect()

  const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await producer.connect()
  for (const { topic, partition, key, value, timestamp, headers } of records) {
    const written = value === null ? null : Buffer.from(value, 'base64')
    // A registry of its own has its own ids, and a cluster another name.
    if (topic === eventsTopic) written?.writeInt32BE(schemaId, 1)
    const ofCluster =
      topic === 'koff.state' && written !== null ? written.toString().replace(cluster, kafka.clusterId) : written
    const message: Message = {
      partition,
      key: Buffer.from(key, 'base64'),
      value: ofCluster,
      timestamp: String(timestamp),
      headers: { ...headers },
    }
    await producer.send({ topic, messages: [message] })
  }
  await producer.disconnect()
  await kafka.restart()
  return records.filter(({ topic }) => topic === eventsTopic)
}

async function register(schema: string, subject = `${eventsTopic}-value`): Promise<number> {
  const { id } = (await call('POST', `/subjects/${subject}/versions`, { schema })) as { readonly id: number }
  return id
}

async function call(method: 'POST' | 'PUT', path: string, body: object): Promise<unknown> {
  const response = await fetch(`${registry.url}${path}`, {
    method,
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify(body),
  })
  return response.json()
}

async function alter(groupId: string, partition: number, offset: number): Promise<void> {
  const admin = client.admin()
  await admin.connect()
  await admin.setOffsets({ groupId, topic: 'orders', partitions: [{ partition, offset: String(offset) }] })
  await admin.disconnect()
}

/** Of groups of the test, as koff reads them. */
async function events(): Promise<readonly KoffEvent[]> {
  const { signal } = new AbortController()
  const decoder = openEventDecoder({ url: registry.url }, eventsTopic, signal)
  const all: KoffEvent[] = []
  for (const { value } of await readTopic({ brokers: kafka.brokers, topic: eventsTopic })) {
    const event = await decoder.decode(value)
    // The readers of this test are groups, too.
    if (event !== null && event.group !== 'nobody' && !event.group.startsWith('reader-')) all.push(event)
  }
  return all
}

function inHistory(path: string): readonly string[] {
  try {
    using database = new DatabaseSync(path, { readOnly: true })
    return database
      .prepare('SELECT id FROM events')
      .all()
      .map(row => String(row['id']))
  } catch {
    return []
  }
}
