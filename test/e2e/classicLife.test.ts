import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JavaAdmin } from '../clients/admin.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { readCleanTopic } from '../live/cleanTopic.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { type Registry, startRegistry } from '../servers/registry.ts'
import type { Expected } from './expected.ts'
import { javaClassicLife } from './javaClassicLife.ts'
import { kafkajsLife } from './kafkajsLife.ts'
import { type KoffProcess, koff, startKoff } from './koff.ts'
import { createOrders } from './sharing.ts'
import { simpleLife } from './simpleLife.ts'
import {
  byGroup,
  decoded,
  type EventLine,
  expectSoundEnvelopes,
  inOrderOfTombstones,
  replayed,
  said,
  toldAll,
  watchEvents,
} from './watch.ts'

const cleanTopic = 'koff.events'

let home: string
let kafka: Kafka
let registry: Registry
let java: JavaClients
let admin: JavaAdmin
let run: KoffProcess
/** What the standard output of `koff events` had of the groups. */
let live: EventLine[]
/** How it ended, told to by SIGTERM. */
let ended: Awaited<KoffProcess['ended']>
/** What it should have had, by group. */
let expected: Record<string, readonly Expected[]>

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'koff-classic-life-'))
  ;[kafka, registry, java] = await Promise.all([startKafka(), startRegistry(), startJava()])
  const { bootstrap } = kafka
  admin = await java.admin(bootstrap)
  await createOrders({ bootstrap, java, admin })

  // Both start before anybody has ever committed: __consumer_offsets does not exist yet, so that nothing is history.
  await using watch = watchEvents(kafka)
  run = startKoff(['run', '-c', configuration()])
  for (const process of [watch, run]) {
    await until({
      what: 'koff waits for __consumer_offsets',
      ask: async () => process.stderr(),
      good: text => text.includes('__consumer_offsets does not exist yet'),
    })
  }
  const world = { bootstrap, java, admin }
  const [shop, till, cellar] = await Promise.all([
    javaClassicLife({ ...world, group: 'shop', protocolType: '' }),
    kafkajsLife({ ...world, group: 'till', protocolType: '' }),
    simpleLife({ ...world, group: 'cellar', protocolType: '' }),
  ])
  expected = { shop, till, cellar }
  live = await toldAll(watch, { kafka, admin })
  watch.kill('SIGTERM')
  ended = await watch.ended
})

afterAll(async () => {
  await run?.[Symbol.asyncDispose]()
  await java?.close()
  await Promise.all([kafka?.stop(), registry?.stop()])
  rmSync(home, { recursive: true, force: true })
})

function configuration(): string {
  const file = join(home, 'koff.yaml')
  const lines = [
    `kafka: { brokers: ${kafka.bootstrap} }`,
    'events: { include: [default, offset-committed, leader-changed] }',
    // Who reads the clean topic does so in a group.
    "groups: { exclude: ['reader-*'] }",
    'sinks:',
    `  - { type: kafka, topic: ${cleanTopic}, registry: { url: '${registry.url}' } }`,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

it.each(['shop', 'till', 'cellar'])(
  'on standard output, the life of %s has every event, none missing, none extra',
  async group => {
    expect(said(byGroup(live)[group])).toEqual(inOrderOfTombstones(expected[group] ?? [], group, await decoded(kafka)))
  },
)

it('reports no other group, and the first read of each partition once', async () => {
  expect(ended).toEqual([143, null])
  expect(Object.keys(byGroup(live)).sort()).toEqual(['cellar', 'shop', 'till'])
  const { told, about } = aboutKoff(live)
  expect(told).toEqual(['koff-caught-up', 'koff-caught-up', 'koff-caught-up', 'koff-caught-up'])
  expect(about).toEqual([0, 1, 2, 3].map(partition => ({ partition, position: 0 })))
})

it('gives sound ids, positions, times and severities', async () => {
  expectSoundEnvelopes(
    live.filter(({ group }) => group !== ''),
    kafka,
    await decoded(kafka),
  )
  const emptied = live.filter(({ type }) => type === 'group-emptied')
  const revived = live.find(({ type }) => type === 'group-revived')
  expect(revived?.data).toEqual({
    emptyForMs: (revived?.time ?? 0) - (emptied.find(({ group }) => group === 'shop')?.time ?? 0),
  })
})

it('emits live what it emits again from the files of the broker, and from a recording', async () => {
  expect(await replayed(kafka)).toEqual(byGroup(live))
  const file = join(home, 'life.ndjson.gz')
  expect(await koff(['record', '--brokers', kafka.bootstrap, '--until-end', '-o', file])).toMatchObject({ code: 0 })
  expect(await replayed(kafka, file)).toEqual(byGroup(live))
})

it('wrote the same to the clean topic, as read by kafkajs and by Avro’s own reader in Java', async () => {
  await until({
    what: `${live.length} events in ${cleanTopic}`,
    ask: async () => Object.values((await admin.endOffsets(cleanTopic))[cleanTopic] ?? {}).reduce((a, b) => a + b, 0),
    good: count => count >= live.length,
    withinMs: 60_000,
  })
  const byKafkajs = await readCleanTopic({ brokers: kafka.brokers, topic: cleanTopic }, registry.url)
  const { bootstrap } = kafka
  const count = byKafkajs.length
  const byJava = await java.readAvro({ bootstrap, topic: cleanTopic, registry: registry.url, count })
  expect(byGroup(byJava.map(({ value }) => value as EventLine))).toEqual(byGroup(live))
  expect(byGroup(byKafkajs.map(({ value }) => plain(value)))).toEqual(byGroup(live))
  for (const { key, headers, value } of byJava) {
    const { id, group } = value as EventLine
    expect({ key, id: headers['ce_id'] }).toEqual({ key: group, id })
  }
  run.kill('SIGTERM')
  expect(await run.ended).toEqual([0, null])
})

function aboutKoff(events: readonly EventLine[]) {
  const own = events.filter(({ group }) => group === '').toSorted((a, b) => a.source.partition - b.source.partition)
  return { told: own.map(({ type }) => type), about: own.map(({ data }) => data) }
}

/** What the registry's client gives: a bigint for every long. */
function plain(value: object): EventLine {
  const text = JSON.stringify(value, (_, field: unknown) => (typeof field === 'bigint' ? Number(field) : field))
  return JSON.parse(text) as EventLine
}
