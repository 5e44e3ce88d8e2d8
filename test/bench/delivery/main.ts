import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startKoff } from '../../e2e/koff.ts'
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
import { type Found, openCleanReader } from './reader.ts'

const offsetsPartitions = 8
const eventsTopic = 'koff.events'
const warmUpSeconds = 5
const seconds = 20
const commitsPerSecond = 1_000
const connections = 8

/**
 * Latency at a thousand commits a second, catch-up of as many events as `keys`, and a restart with that many keys of
 * state: on one broker, in this order, exactly once, with `offset-committed` on.
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
    for (let group = 0; group < 64; group++) await admin.fetchOffsets({ groupId: `question-${group}` })
  })
  const port = await freePort()
  const config = join(folder, 'koff.yaml')
  const sink = `{ type: kafka, topic: ${eventsTopic}, partitions: 4, registry: { url: '${registry.url}' } }`
  const lines = [
    `kafka: { brokers: '${kafka.bootstrap}' }`,
    `http: { port: ${port} }`,
    'events: { include: [default, offset-committed], exclude: [] }',
    "groups: { exclude: ['bench-*'] }",
    `sinks: [${sink}]`,
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  const start = () => {
    const startedAt = performance.now()
    const koff = stack.use(startKoff(['run', '-c', config]))
    return { koff, ready: () => untilReady(port, startedAt) }
  }
  const place: Place = { host: '127.0.0.1', port: Number(kafka.bootstrap.split(':').at(-1)) }
  for (const line of await environment()) say(`- ${line}`)

  const first = start()
  await first.ready()
  const latencies: number[] = []
  {
    const answered = new Map<string, number>()
    const early = new Map<string, number>()
    const measureFrom = Date.now() + warmUpSeconds * 1000
    const note = (key: string, from: number | undefined, to: number | undefined) => {
      if (from === undefined || to === undefined) return
      if (from >= measureFrom) latencies.push(Math.max(0, to - from))
      answered.delete(key)
      early.delete(key)
    }
    const take = ({ group, offset, readAt }: Found) => {
      const key = `${group}/${offset}`
      early.set(key, readAt)
      note(key, answered.get(key), readAt)
    }
    await using _reader = await openCleanReader({
      brokers: kafka.brokers,
      topic: eventsTopic,
      registry: registry.url,
      take,
    })
    const tasks = Array.from({ length: connections }, (_, index) => index)
    const every = (1000 * connections) / commitsPerSecond
    const startedAt = performance.now()
    await onConnections(place, { count: connections, tasks }, async (connection, index) => {
      for (let number = 0; ; number++) {
        const dueIn = startedAt + number * every - performance.now()
        if (performance.now() - startedAt > (warmUpSeconds + seconds) * 1000) return
        if (dueIn > 1) await sleep(dueIn)
        const group = `latency-${index}-${number % 25}`
        await commitOne(connection, group, number % partitionsPerTopic, number)
        const key = `${group}/${number}`
        answered.set(key, Date.now())
        note(key, answered.get(key), early.get(key))
      }
    })
    await sleep(2_000)
    say(
      `latency, commit answered → event read, ms: p50 ${quantile(latencies, 0.5)}, p99 ${quantile(latencies, 0.99)}, longest ${Math.max(...latencies)}; ${latencies.length} events in ${seconds} s, ${answered.size} not read`,
    )
  }
  await end(first.koff)

  const groups = Math.ceil(keys / keysPerGroup)
  const names = Array.from({ length: groups }, (_, index) => `key-${index}`)
  await onConnections(place, { count: connections, tasks: names }, (connection, group) =>
    commitAll(connection, group, 1),
  )
  say(`${groups * keysPerGroup} commits of as many keys while koff is away`)
  const caughtUp: number[] = []
  const second = start()
  {
    let newest = 0
    const take = ({ group, offset, sentAt, readAt }: Found) => {
      if (!group.startsWith('key-') || offset === null) return
      caughtUp.push(sentAt)
      newest = readAt
    }
    await using _reader = await openCleanReader({
      brokers: kafka.brokers,
      topic: eventsTopic,
      registry: registry.url,
      take,
    })
    const deadline = Date.now() + 300_000
    while (caughtUp.length < groups * keysPerGroup && Date.now() < deadline) await sleep(200)
    const from = caughtUp.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
    const to = caughtUp.reduce((a, b) => Math.max(a, b), 0)
    const rate = Math.round(caughtUp.length / ((to - from) / 1000))
    say(
      `catch-up: ${caughtUp.length} events delivered exactly once in ${((to - from) / 1000).toFixed(1)} s, ${rate} events/s; all read ${((newest - from) / 1000).toFixed(1)} s after the first; peak RSS ${(await peakMb(second.koff.pid)).toFixed(0)} MB`,
    )
  }
  await end(second.koff)

  for (let round = 1; round <= 3; round++) {
    const again = start()
    const ms = await again.ready()
    say(
      `restart ${round} with ${groups * keysPerGroup} keys of state: ready after ${(ms / 1000).toFixed(1)} s, peak RSS ${(await peakMb(again.koff.pid)).toFixed(0)} MB`,
    )
    await end(again.koff)
  }
  return caughtUp.length === groups * keysPerGroup ? 0 : 1
}

async function end(koff: ReturnType<typeof startKoff>): Promise<void> {
  koff.kill('SIGTERM')
  const [code] = await koff.ended
  if (code !== 0) throw new Error(`koff ended with ${String(code)}: ${koff.stderr()}`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
