import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cloudEventType } from '../../src/events/cloudEvents.ts'
import { eventTypes } from '../../src/events/definitions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { eventJson } from '../../src/events/ndjson.ts'
import { kafkaSink } from '../../src/sinks/kafka/sink.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { spawnWatched } from '../servers/process.ts'
import { type Registry, startRegistry } from '../servers/registry.ts'
import { canonical } from './canonical.ts'
import { corpusEvents } from './corpus.ts'
import {
  flinkProgram,
  goExample,
  isHere,
  javaExample,
  nodeExample,
  type Program,
  pythonExample,
  schemas,
} from './toolchains.ts'

/* The examples as they are, each on the topic that koff wrote: every type of event, and what a later koff may write. */

const topic = 'koff.events'
const running = new AbortController().signal
let kafka: Kafka
let registry: Registry
let events: readonly KoffEvent[]

beforeAll(async () => {
  ;[kafka, registry, events] = await Promise.all([startKafka(), startRegistry(), corpusEvents()])
  await using sink = kafkaSink({
    brokers: kafka.brokers,
    routes: { topic },
    types: new Set(eventTypes),
    registry: { url: registry.url },
  })
  await sink.open(running)
  await sink.write(events, running)
})
afterAll(async () => {
  await Promise.all([kafka.stop(), registry.stop()])
})

const languages: readonly (readonly [string, readonly string[], () => Promise<Program>])[] = [
  ['kafkajs with the registry client', ['node', '--version'], async () => nodeExample('consumer.ts')],
  ['Python with fastavro', ['python3', '--version'], () => pythonExample('fastavro_consumer.py')],
  ['Python with confluent-kafka', ['python3', '--version'], () => pythonExample('confluent_consumer.py')],
  ['Go with hamba/avro', ['go', 'version'], goExample],
  ['Java with the classes of avro-maven-plugin', ['mvn', '--version'], () => javaExample()],
]

for (const [name, [command = '', ...args], example] of languages) {
  describe.runIf(await isHere(command, ...args))(`the example for ${name}`, () => {
    test('reads every type of event, as NDJSON has it', async () => {
      // koff-heartbeat is what the example for kafkajs passes over.
      const expected = events.filter(({ type }) => !command.startsWith('node') || type !== 'koff-heartbeat')
      const lines = await linesOf(await example(), topic, expected.length)
      const read = new Map(lines.map(canonical).map(event => [(event as KoffEvent).id, event]))
      for (const event of expected) expect(read.get(event.id)).toEqual(JSON.parse(eventJson(event)))
      expect(lines.length).toBe(expected.length)
    })
  })
}

test('the SDK of CloudEvents reads type, time, subject, severity, schema and content type', async () => {
  const lines = await linesOf(nodeExample('cloudEvents.ts'), topic, events.length)
  const read = new Map(lines.map(line => JSON.parse(line) as { id: string }).map(event => [event.id, event]))
  const numbers = { info: '9', warn: '13', error: '17' }
  for (const { id, type, group, time, severity } of events) {
    expect(read.get(id)).toEqual({
      id,
      type: cloudEventType(type),
      source: '/clusters/c1/topics/__consumer_offsets',
      ...(group === '' ? {} : { subject: group }),
      time: new Date(time).toISOString(),
      severity: { text: severity.toUpperCase(), number: numbers[severity] },
      datacontenttype: 'application/avro',
      dataschema: expect.stringMatching(new RegExp(`^${registry.url}/schemas/ids/\\d+$`)),
      bytes: expect.any(Number),
    })
  }
})

describe.runIf(await isHere('mvn', '--version'))('an older generated reader', () => {
  test('continues when a new type of event, a new field and a new symbol appear in the topic', async () => {
    const grown = 'koff.grown'
    const known = events.filter(({ type }) => type === 'group-revived' || type === 'member-left')
    await using sink = kafkaSink({
      brokers: kafka.brokers,
      routes: { topic: grown },
      types: new Set(['group-revived', 'member-left']),
      registry: { url: registry.url },
    })
    await sink.open(running)
    const [first, ...rest] = known
    if (first === undefined) throw new Error('no event')
    await sink.write([first], running)
    await produce(grown, await later('GroupRevived', 'GroupRenamed'))
    await produce(grown, await later('GroupRevived', 'GroupRevived'))
    await sink.write(rest, running)
    // As a reader that was built before member-left came.
    const example = await javaExample(['member-left'])
    const expected = rest.filter(({ type }) => type === 'group-revived').length + 2
    const lines = await linesOf(example, grown, expected)
    const read = lines.map(line => canonical(line) as { readonly type: string; readonly severity: string })
    expect(read.map(({ type }) => type)).toEqual(Array.from({ length: expected }, () => 'group-revived'))
    expect(read.filter(({ severity }) => severity === 'unknown').length).toBe(1)
  })
})

test('Flink SQL reads typed columns, down to the partitions that each member gained', async () => {
  const one = 'koff.rebalance'
  const rebalances = events.filter(({ type }) => type === 'rebalance') as readonly KoffEvent<'rebalance'>[]
  await using sink = kafkaSink({
    brokers: kafka.brokers,
    routes: { topic: one },
    types: new Set(['rebalance']),
    registry: { url: registry.url },
  })
  await sink.open(running)
  await sink.write(rebalances, running)
  const example = await readFile(`${schemas}/../examples/flink.sql`, 'utf8')
  const sql = example
    .replace('localhost:9092', kafka.bootstrap)
    .replace('http://localhost:8081/apis/ccompat/v7', registry.url)
  const { command, args } = await flinkProgram([schemas, sql])
  const lines = await linesUntil(startReader({ command, args }, one), line => line.startsWith('end'))
  const converted = lines.filter(line => line.includes('.avsc\t'))
  expect(converted.length).toBe(eventTypes.length + 1)
  expect(converted.filter(line => line.includes('RAW'))).toEqual([])
  const rows = lines.filter(line => line.startsWith('row\t')).map(line => line.slice('row\t'.length))
  const expected = rebalances.flatMap(({ id, group, time, data }) =>
    (data.changes ?? []).flatMap(({ memberId, gained }) =>
      gained.flatMap(({ topic: name, topicId, partitions }) =>
        partitions.map(partition => {
          const at = new Date(time).toISOString().replace(/0*Z$/, '')
          return `+I[${[id, group, at, 'INFO', data.epochAfter, memberId, name, topicId, partition].map(String).join(', ')}]`
        }),
      ),
    ),
  )
  expect(expected.length).toBeGreaterThan(0)
  expect(new Set(rows)).toEqual(new Set(expected))
  expect(rows.length).toBe(expected.length)
})

/** The lines that a program prints of a topic, until there are so many; it is ended then. */
async function linesOf(program: Program, of: string, count: number): Promise<string[]> {
  let read = 0
  return linesUntil(startReader(program, of), () => (read += 1) === count)
}

function startReader({ command, args }: Program, of: string) {
  const variables = { KOFF_BROKERS: kafka.bootstrap, SCHEMA_REGISTRY_URL: registry.url, TOPIC: of }
  const env = { ...process.env, ...variables, GROUP: `reader-${(readers += 1)}` }
  return spawnWatched({ command, args, env })
}

let readers = 0

async function linesUntil(child: ChildProcess, isLast: (line: string) => boolean): Promise<string[]> {
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-8_000)))
  const lines: string[] = []
  if (child.stdout === null) throw new Error('no standard output')
  const late = setTimeout(() => child.kill('SIGKILL'), 120_000)
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (!isLast(line)) continue
    clearTimeout(late)
    child.kill('SIGKILL')
    return lines
  }
  clearTimeout(late)
  throw new Error(`it ended after ${lines.length} lines: ${said}`)
}

/** A record as a later version of koff may write it: under another name, with a field and a symbol more. */
async function later(record: string, as: string): Promise<Buffer> {
  const { default: avsc } = await import('avsc')
  const text = await readFile(`${schemas}/group-revived.avsc`, 'utf8')
  const schema = JSON.parse(text.replaceAll(record, as).replace('"info"', '"fatal","info"')) as {
    readonly fields: object[]
  }
  schema.fields.push({ name: 'note', type: ['null', 'string'], default: null })
  const response = await fetch(`${registry.url}/subjects/koff.grown-dev.koff.${as}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: JSON.stringify(schema) }),
  })
  const { id } = (await response.json()) as { readonly id: number }
  const head = Buffer.alloc(5)
  head.writeInt32BE(id, 1)
  const event = { ...events.find(({ type }) => type === 'group-revived'), severity: 'fatal', note: 'new' }
  return Buffer.concat([
    head,
    avsc.Type.forSchema(schema as unknown as Parameters<typeof avsc.Type.forSchema>[0]).toBuffer(event),
  ])
}

async function produce(to: string, value: Buffer): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING })
  const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await producer.connect()
  await producer.send({ topic: to, messages: [{ key: 'g', value }] })
  await producer.disconnect()
}
