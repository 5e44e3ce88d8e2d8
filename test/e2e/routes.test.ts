import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cloudEventType } from '../../src/events/cloudEvents.ts'
import { type EventType, eventTypes } from '../../src/events/definitions.ts'
import type { JavaAdmin } from '../clients/admin.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { readTopic } from '../live/cleanTopic.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { type KoffProcess, startKoff } from './koff.ts'
import { replayed } from './watch.ts'

/* `routes` and `format: json`: a topic for each type of event, without a schema registry. */

let kafka: Kafka
let java: JavaClients
let admin: JavaAdmin
let folder: string

beforeAll(async () => {
  ;[kafka, java, folder] = await Promise.all([startKafka(), startJava(), temporaryFolder('routes')])
  admin = await java.admin(kafka.bootstrap)
  await admin.createTopics({ orders: 4 })
  await admin.alterOffsets('first', { orders: { 0: 1 } })
})
afterAll(async () => {
  await java.kill()
  await kafka.stop()
  await removeTemporary(folder)
})

interface Read {
  readonly id: string
  readonly type: string
  readonly group: string
}

test('each type is in its own topic as JSON that its schema describes, once each whatever kills koff', async () => {
  let service = await run()
  const { bootstrap } = kafka
  const a = await java.consumer({ bootstrap, group: 'live-shop', topics: ['orders'], clientId: 'a' })
  await a.assigned()
  // A transaction holds the commits of several groups, whose events are in several topics.
  for (let round = 1; round <= 8; round += 1) {
    const commits = ['live-1', 'live-2', 'live-3', 'live-4'].map(group =>
      admin.alterOffsets(group, { orders: { 0: round % 3, 1: round } }),
    )
    await sleep(round * 40)
    service.kill('SIGKILL')
    await Promise.all([service.ended, ...commits])
    service = await run()
  }
  await a.commit({ orders: { 0: 3 } })
  await a.close()
  await admin.settled('live-shop', 'Empty', 0, 60_000)
  await admin.deleteGroups('live-1')

  const expected = await eventsOfLog()
  const read = await until({
    what: 'every event in its topic',
    ask: eventsOfTopics,
    good: found => expected.every(({ id }) => found.some(one => one.id === id)),
    withinMs: 60_000,
  })
  expect(read.filter(({ group }) => group.startsWith('live-')).toSorted(byId)).toEqual(expected)
  expect(new Set(read.map(({ type }) => type)).size).toBeGreaterThan(6)
  service.kill('SIGTERM')
  expect(await service.ended).toEqual([0, null])
})

async function run(): Promise<KoffProcess> {
  const file = join(folder, 'koff.yaml')
  const text = `kafka: { brokers: '${kafka.bootstrap}' }
instances: { sessionTimeoutMs: 1000 }
conditions: { samples: false }
events: { include: [default, offset-committed] }
sinks: [{ type: kafka, routes: 'koff.{type}', format: json }]
`
  await writeFile(file, text)
  const service = startKoff(['run', '-c', file])
  const ask = async () => service.stderr()
  await until({ what: 'caught up', ask, good: said => said.includes('caught up after'), withinMs: 60_000 })
  return service
}

/** Of every topic, after its header, its schema and its topic were held against its type. */
async function eventsOfTopics(): Promise<Read[]> {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const all: Read[] = []
  // A type that is off has no topic.
  for (const type of eventTypes.filter(one => !offByDefault.has(one))) {
    const schema = JSON.parse(await readFile(`${schemas}/${type}.schema.json`, 'utf8')) as { readonly $id: string }
    const fits = ajv.compile(schema)
    for (const { key, value, headers } of await readTopic({ brokers: kafka.brokers, topic: `koff.${type}` })) {
      const event = JSON.parse(value.toString()) as Read
      expect(fits(event), `${event.id}: ${ajv.errorsText(fits.errors)}`).toBe(true)
      expect({ type: event.type, group: event.group }).toEqual({ type, group: key })
      expect(headers).toMatchObject({
        ce_type: cloudEventType(type),
        ce_dataschema: schema.$id,
        'content-type': 'application/json',
      })
      all.push({ id: event.id, type, group: key })
    }
  }
  return all
}

const schemas = new URL('../../schemas', import.meta.url).pathname
const offByDefault: ReadonlySet<string> = new Set<EventType>(['leader-changed', 'koff-heartbeat'])

/** What the log says of these groups. */
async function eventsOfLog(): Promise<Read[]> {
  const groups = Object.entries(await replayed(kafka)).filter(([group]) => group.startsWith('live-'))
  const events = groups.flatMap(([, of]) => of).filter(({ type }) => !offByDefault.has(type))
  return events.map(({ id, type, group }) => ({ id, type, group })).toSorted(byId)
}

function byId(a: Read, b: Read): number {
  return a.id < b.id ? -1 : 1
}
