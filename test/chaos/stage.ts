import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storedProgress } from '../../src/sinks/kafka/exactlyOnce/progress.ts'
import { openKafkaSource } from '../../src/sources/kafka/source.ts'
import type { JavaAdmin } from '../clients/admin.ts'
import { type AvroMessage, type AvroReader, openAvroReader } from '../clients/avro.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { startJvm } from '../clients/jvm.ts'
import { until } from '../clients/until.ts'
import { type KoffProcess, koff, startKoff } from '../e2e/koff.ts'
import { partitionOf } from '../e2e/partitionOf.ts'
import { type EventLine, eventsIn, everyType } from '../e2e/watch.ts'
import { type Kafka, type KafkaOptions, startKafka } from '../servers/kafka.ts'
import { freePort } from '../servers/ports.ts'
import type { Listener } from '../servers/properties.ts'
import { type Registry, startRegistry } from '../servers/registry.ts'
import { openWire, type Wire } from '../servers/wire.ts'
import { loadPartitions, loadTopic } from './load.ts'
import { judge, sentinelName, type Verdict } from './verdict.ts'

export interface StageOptions extends Pick<KafkaOptions, 'brokers' | 'properties' | 'jvm'> {
  /** A second way to the broker, over a network that can be cut. */
  readonly withWire?: boolean
  /** Told what happens, a line each. */
  readonly say: (line: string) => void
}

export interface InstanceOptions {
  /** Behind the network that can be cut. */
  readonly overWire?: boolean
  /** More of the command line. */
  readonly args?: readonly string[]
  /** Settings in place of those of the stage: `['groups: { include: [a*] }']`; `topic` is that of the events. */
  readonly settings?: readonly string[] | undefined
  readonly topic?: string | undefined
  /** Of its environment. */
  readonly variables?: NodeJS.ProcessEnv
}

/** Servers, a way to start instances of one deployment of koff, and everything that a reader found in its topic. */
export interface Stage extends AsyncDisposable {
  readonly kafka: Kafka
  readonly registry: Registry
  readonly java: JavaClients
  readonly admin: JavaAdmin
  readonly config: string
  readonly say: (line: string) => void
  /** Null unless asked for. */
  readonly wire: Wire | null
  /** `koff run`. */
  startInstance(how?: InstanceOptions): KoffProcess
  /** What is in the topic of the events is read from its beginning: it was created again. */
  reopen(): Promise<void>
  /** Messages in the state topic, and how many partitions are in the middle of history as it says. */
  progress(): Promise<{ readonly stored: number; readonly inHistory: number }>
  /** All that a read_committed consumer has found so far. */
  read(): Promise<readonly AvroMessage[]>
  /** Waits until every partition is past its history: from then on every record is news. */
  caughtUp(): Promise<void>
  /** Waits until koff has delivered all that is in the log now. */
  settled(withinMs?: number): Promise<void>
  /** What is in the topic, against what the broker's own files make, or this recording of them. */
  verdict(file?: string): Promise<Verdict>
  /** What an undisturbed koff makes of the log. */
  replayed(): Promise<readonly EventLine[]>
}

export const offsetsPartitions = 4
export const eventsTopic = 'koff.events'
export const stateTopic = 'koff.state'
export const sessionTimeoutMs = 1_500

/** After so many the reader has kept up with any load that these servers bear. */
const maxPasses = 10
let sentinels = 0
let instances = 0

/** An empty cluster with a `__consumer_offsets` in which nothing is history yet. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { brokers = 1, properties = {}, jvm, withWire = false, say } = options
  await using starting = new AsyncDisposableStack()
  const home = mkdtempSync(join(tmpdir(), 'koff-chaos-'))
  starting.defer(() => rmSync(home, { recursive: true, force: true }))
  const port = await freePort()
  const wire = withWire ? starting.use(await openWire(port)) : null
  const listeners: Listener[] = []
  if (wire !== null) listeners.push({ name: 'WIRE', protocol: 'PLAINTEXT', port, advertisedPort: wire.port })
  const [kafka, registry] = await Promise.all([
    startKafka({ brokers, offsetsPartitions, properties, listeners, ...(jvm && { jvm }) }).then(started =>
      starting.use(started),
    ),
    startRegistry().then(started => starting.use(started)),
  ])
  const java = starting.use(await startJava())
  const reading = await startJvm()
  starting.defer(() => reading.kill())
  const admin = await java.admin(kafka.bootstrap)
  await admin.createTopics({ [loadTopic]: loadPartitions })
  // Whoever asks for a group makes the topic of the groups.
  await until({
    what: '__consumer_offsets',
    ask: () => admin.deleteGroups('nobody').catch(String),
    good: answer => String(answer).includes('GroupIdNotFound'),
  })
  const config = join(home, 'koff.yaml')
  writeFileSync(config, configuration(kafka.bootstrap, registry))
  const overWire = join(home, 'wire.yaml')
  if (wire !== null) writeFileSync(overWire, configuration(`127.0.0.1:${wire.port}`, registry))

  const place = { bootstrap: kafka.bootstrap, topic: eventsTopic, registry: registry.url }
  let reader: AvroReader | null = null
  const found: AvroMessage[] = []
  /** All there is where nothing more comes; where more and more comes, much of it. */
  const read = async () => {
    // koff makes the topic.
    const isThere = reader !== null || (await admin.endOffsets(eventsTopic).then(yes, no))
    if (isThere) reader ??= await openAvroReader(reading, place)
    for (let pass = 0; pass < maxPasses; pass++) {
      const messages = (await reader?.read(4_000, 300)) ?? []
      found.push(...messages)
      if (messages.length === 0) break
    }
    return found
  }
  const caughtUp = async () => {
    const count = (messages: readonly AvroMessage[]) =>
      messages.filter(({ headers }) => headers['ce_type'] === 'dev.koff.koff-caught-up').length
    await until({
      what: 'the end of history',
      ask: async () => count(await read()),
      good: ended => ended >= offsetsPartitions,
      withinMs: 60_000,
    })
  }
  const settled = async (withinMs = 120_000) => {
    const groups = await Promise.all(
      Array.from({ length: offsetsPartitions }, (_, partition) => commitSentinel(admin, partition)),
    )
    await until({
      what: `events of ${groups.join(', ')}`,
      ask: async () => {
        const keys = new Set((await read()).map(({ key }) => key))
        return groups.filter(group => !keys.has(group))
      },
      good: missing => missing.length === 0,
      withinMs,
    })
  }
  const stack = starting.move()
  return {
    kafka,
    registry,
    java,
    admin,
    config,
    say,
    wire,
    startInstance: ({ overWire: isOverWire = false, args = [], settings, topic, variables = {} } = {}) => {
      let file = isOverWire ? overWire : config
      if (settings !== undefined || topic !== undefined) {
        file = join(home, `instance-${(instances += 1)}.yaml`)
        writeFileSync(file, configuration(kafka.bootstrap, registry, { settings, topic }))
      }
      return stack.use(startKoff(['run', '-c', file, ...args], variables))
    },
    reopen: async () => {
      reader = await openAvroReader(reading, place)
      found.length = 0
    },
    progress: () => progressIn(kafka, admin),
    replayed: () => replayed(kafka, kafka.dataFolder),
    read,
    caughtUp,
    settled,
    verdict: async (file = kafka.dataFolder) => {
      for (let known = -1; known < found.length; ) {
        known = found.length
        await read()
      }
      return judge(await replayed(kafka, file), found)
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

async function replayed(kafka: Kafka, file: string): Promise<readonly EventLine[]> {
  const { code, lines, stderr } = await koff(['replay', '--cluster', kafka.clusterId, ...everyType, file])
  if (code !== 0) throw new Error(`koff replay ended with ${String(code)}: ${stderr}`)
  return eventsIn(lines)
}

/** The topic is not there before the first instance. */
async function progressIn(kafka: Kafka, admin: JavaAdmin) {
  const ends = await admin.endOffsets(stateTopic).catch(() => null)
  const stored = Object.values(ends?.[stateTopic] ?? {}).reduce((sum, end) => sum + end, 0)
  if (stored === 0) return { stored, inHistory: 0 }
  const { signal } = new AbortController()
  const options = { brokers: kafka.brokers, topic: stateTopic, topicNames: false, untilEnd: true, signal }
  await using source = await openKafkaSource(options)
  const progress = [...(await storedProgress(source, stateTopic, signal)).values()]
  return { stored, inHistory: progress.filter(of => of.stored.inHistory && of.stored.position > 0).length }
}

/** Commits for a group that nobody knows yet, in that partition of `__consumer_offsets`; gives its name. */
export async function commitSentinel(admin: JavaAdmin, partition: number): Promise<string> {
  let group = ''
  do group = sentinelName((sentinels += 1))
  while (partitionOf(group, offsetsPartitions) !== partition)
  await until({
    what: `a commit of ${group}`,
    ask: () => admin.alterOffsets(group, { [loadTopic]: { 0: 0 } }).then(yes, no),
    good: done => done,
    withinMs: 60_000,
  })
  return group
}

const everyEvent = 'events: { include: [default, offset-committed, leader-changed] }'

function configuration(
  bootstrap: string,
  registry: Registry,
  { settings = [everyEvent], topic = eventsTopic }: Pick<InstanceOptions, 'settings' | 'topic'> = {},
): string {
  return [
    `kafka: { brokers: '${bootstrap}' }`,
    `instances: { sessionTimeoutMs: ${sessionTimeoutMs} }`,
    ...settings,
    'sinks:',
    `  - { type: kafka, topic: ${topic}, partitions: 4, registry: { url: '${registry.url}' } }`,
    '',
  ].join('\n')
}

const yes = () => true
const no = () => false
