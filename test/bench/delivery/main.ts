import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../clients/until.ts'
import { type KoffProcess, startKoff } from '../../e2e/koff.ts'
import { startKafka } from '../../servers/kafka.ts'
import { freePort } from '../../servers/ports.ts'
import { removeTemporary, temporaryFolder } from '../../servers/process.ts'
import { startRegistry } from '../../servers/registry.ts'
import { environment } from '../environment.ts'
import { onConnections, type Place } from '../fill/connections.ts'
import {
  commitAll,
  commitOne,
  keysPerGroup,
  partitionsPerTopic,
  peakMb,
  quantile,
  topics,
  untilReady,
  withAdmin,
} from './place.ts'
import { type CleanReader, type Found, openCleanReader } from './reader.ts'

const offsetsPartitions = 8
const eventsTopic = 'koff.events'
const commitsPerSecond = 1_000
/** A broker that has just started compiles what it does often; one in service has done so long ago. */
const warmUpSeconds = 30
const seconds = 20
const connections = 8
const catchUpKeys = 300_000

/**
 * On one broker, exactly once, with `offset-committed` on: the first read of so many keys, restarts with them as state,
 * latency at a thousand commits a second, and the catch-up after an absence.
 */
export async function benchDelivery(keys: number): Promise<number> {
  const folder = await temporaryFolder('bench-delivery')
  await using stack = new AsyncDisposableStack()
  stack.defer(() => removeTemporary(folder))
  const [kafka, registry] = await Promise.all([
    startKafka({ offsetsPartitions, jvm: ['-Xms512m', '-Xmx1g', '-XX:+UseG1GC'] }).then(started => stack.use(started)),
    startRegistry().then(started => stack.use(started)),
  ])
  await withAdmin(kafka, async admin => {
    await admin.createTopics({ topics: topics.map(topic => ({ topic, numPartitions: partitionsPerTopic })) })
    // A coordinator that is loading says so at once, and kafkajs does not ask again.
    for (let group = 0; group < 64; group++) {
      const ask = () => admin.fetchOffsets({ groupId: `question-${group}` }).then(() => '', String)
      await until({ what: 'the coordinator of a group', ask, good: fault => fault === '' })
    }
  })
  const port = await freePort()
  const config = join(folder, 'koff.yaml')
  const sink = `{ type: kafka, topic: ${eventsTopic}, partitions: 4, registry: { url: '${registry.url}' } }`
  const lines = [
    `kafka: { brokers: '${kafka.bootstrap}' }`,
    `http: { port: ${port} }`,
    'events: { include: [default, offset-committed], exclude: [] }',
    "groups: { exclude: ['bench-*'] }",
    // The topics are empty, so that every offset is out of range.
    'conditions: { samples: false }',
    `sinks: [${sink}]`,
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  const place: Place = { host: '127.0.0.1', port: Number(kafka.bootstrap.split(':').at(-1)) }
  const bench: Bench = {
    place,
    start: () => {
      const startedAt = performance.now()
      const koff = stack.use(startKoff(['run', '-c', config]))
      return { koff, ready: () => untilReady(port, startedAt) }
    },
    read: take => openCleanReader({ brokers: kafka.brokers, topic: eventsTopic, registry: registry.url, take }),
  }
  for (const line of await environment()) say(`- ${line}`)
  await commitKeys(place, keys, 1)
  await restarts(bench, keys)
  await latency(bench)
  await catchUp(bench, Math.min(keys, catchUpKeys))
  return 0
}

interface Bench {
  readonly place: Place
  readonly start: () => { readonly koff: KoffProcess; readonly ready: () => Promise<number> }
  readonly read: (take: (found: Found) => void) => Promise<CleanReader>
}

async function commitKeys(place: Place, keys: number, offset: number): Promise<void> {
  const tasks = Array.from({ length: Math.ceil(keys / keysPerGroup) }, (_, index) => `key-${index}`)
  await onConnections(place, { count: connections, tasks }, (connection, group) => commitAll(connection, group, offset))
}

async function restarts({ start }: Bench, keys: number): Promise<void> {
  for (const what of ['first read', 'restart 1', 'restart 2', 'restart 3']) {
    const { koff, ready } = start()
    const ms = await ready()
    const peak = await peakMb(koff.pid)
    say(`${what}, ${keys} keys: ready ${(ms / 1000).toFixed(1)} s after its start, peak RSS ${peak.toFixed(0)} MB`)
    await end(koff)
  }
}

async function latency({ place, start, read }: Bench): Promise<void> {
  const { koff, ready } = start()
  await ready()
  const latencies: number[] = []
  const answeredAt = new Map<string, number>()
  const readAt = new Map<string, number>()
  const measureFrom = Date.now() + warmUpSeconds * 1000
  const note = (key: string) => {
    const from = answeredAt.get(key)
    const to = readAt.get(key)
    if (from === undefined || to === undefined) return
    if (from >= measureFrom) latencies.push(Math.max(0, to - from))
    answeredAt.delete(key)
    readAt.delete(key)
  }
  {
    await using _reader = await read(found => {
      const key = `${found.group}/${found.offset}`
      if (!found.group.startsWith('latency-') || found.offset === null) return
      readAt.set(key, found.readAt)
      note(key)
    })
    const tasks = Array.from({ length: connections }, (_, index) => index)
    const everyMs = (1000 * connections) / commitsPerSecond
    const startedAt = performance.now()
    await onConnections(place, { count: connections, tasks }, async (connection, index) => {
      for (let number = 0; performance.now() - startedAt < (warmUpSeconds + seconds) * 1000; number++) {
        const dueInMs = startedAt + number * everyMs - performance.now()
        if (dueInMs > 1) await sleep(dueInMs)
        const group = `latency-${index}-${number % 25}`
        await commitOne(connection, group, number % partitionsPerTopic, number)
        answeredAt.set(`${group}/${number}`, Date.now())
        note(`${group}/${number}`)
      }
    })
    await sleep(3_000)
  }
  const figures = [0.5, 0.99, 1].map(share => quantile(latencies, share))
  const rate = Math.round(latencies.length / seconds)
  say(
    `latency at ${rate} commits/s, answered → event read, ms: p50 ${figures[0]}, p99 ${figures[1]}, longest ${figures[2]}`,
  )
  say(`${answeredAt.size} commits without an event; peak RSS ${(await peakMb(koff.pid)).toFixed(0)} MB`)
  await end(koff)
}

async function catchUp({ place, start, read }: Bench, keys: number): Promise<void> {
  await commitKeys(place, keys, 2)
  const { koff } = start()
  const sentAt: number[] = []
  let newest = 0
  {
    await using _reader = await read(found => {
      if (!found.group.startsWith('key-') || found.offset !== 2) return
      sentAt.push(found.sentAt)
      newest = found.readAt
    })
    for (const deadline = Date.now() + 200_000; sentAt.length < keys && Date.now() < deadline; ) await sleep(100)
  }
  const from = quantile(sentAt, 0)
  const sentS = (quantile(sentAt, 1) - from) / 1000
  say(
    `catch-up: ${sentAt.length} of ${keys} events in ${sentS.toFixed(1)} s, ${Math.round(sentAt.length / sentS)} events/s`,
  )
  const readS = ((newest - from) / 1000).toFixed(1)
  say(`all of them read ${readS} s after the first; peak RSS ${(await peakMb(koff.pid)).toFixed(0)} MB`)
  await end(koff)
}

async function end(koff: KoffProcess): Promise<void> {
  koff.kill('SIGTERM')
  const [code] = await koff.ended
  if (code !== 0) throw new Error(`koff ended with ${String(code)}: ${koff.stderr()}`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
