import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { eventsTopic, offsetsPartitions, type Stage, stateTopic } from '../chaos/stage.ts'
import { judge, sentinelName, type Verdict } from '../chaos/verdict.ts'
import { openAvroReader } from '../clients/avro.ts'
import { startJvm } from '../clients/jvm.ts'
import type { KoffProcess } from '../e2e/koff.ts'
import { partitionOf } from '../e2e/partitionOf.ts'
import type { EventLine } from '../e2e/watch.ts'
import { openTestCoordinator } from './coordinator.ts'
import { bytesOnDisk, type EventLoop, eventLoopOf, eventLoopProbe, liveState, memoryOf } from './figures.ts'
import { commitFleet, createTopics, fillLog, fleetCommits, logEnd } from './fleet.ts'
import { type LatencyProbe, type Measured, probeLatency } from './latency.ts'
import { joinAll, roll } from './rolling.ts'
import { RollingGroup } from './rollingGroup.ts'
import { type Comparison, compareWithTruth, heldAfter } from './truth.ts'

export interface LargeGroup {
  readonly name: string
  readonly members: number
  readonly topics: number
  readonly partitionsEach: number
}

export interface ScaleOptions {
  /** Groups without members that commit ten partitions each. */
  readonly groups: number
  readonly large: readonly LargeGroup[]
  /** In so long every member of a large group is replaced by a new one. */
  readonly rollMs: number
  readonly quietMs: number
}

export interface Phase {
  readonly name: string
  readonly seconds: number
  /** Commit answered → event read by a read_committed consumer, of groups in the partition of the group that rolls, and in the others. */
  readonly samePartition: readonly number[]
  readonly others: readonly number[]
  readonly eventLoop: EventLoop | null
  readonly rssMb: number
}

export interface ScaleOutcome {
  readonly truth: Comparison
  /** Large groups whose members' partitions, as the events add them up, are not what they hold. */
  readonly wrongHoldings: readonly string[]
  readonly verdict: Verdict
  readonly events: number
  readonly phases: readonly Phase[]
  readonly peakMb: number
  readonly stateBytes: number
  readonly liveKeys: number
  readonly liveBytes: number
  readonly restartMs: number
  readonly exitCode: number | null
  /** Lines of koff's log that are warnings or errors. */
  readonly warnings: readonly string[]
}

/** The members of this group are those of koff. */
const instancesGroup = 'koff.instances'
/** Partitions of `__consumer_offsets` whose coordinator has nothing to write once the fleet has committed. */
const written = Array.from({ length: offsetsPartitions }, (_, partition) => partition)
  .filter(partition => {
    return partition !== partitionOf(instancesGroup, offsetsPartitions)
  })
  .slice(0, 2)
const probes = 40
const commitsPerSecond = 200

/** A deployment of koff as large as they get, which is killed once in the middle of a roll. */
export async function atScale(stage: Stage, options: ScaleOptions): Promise<ScaleOutcome> {
  const { kafka, say } = stage
  const probeFile = join(dirname(stage.config), 'eventLoop.ndjson')
  const variables = { NODE_OPTIONS: `--import=${eventLoopProbe.href}`, KOFF_TEST_EVENT_LOOP: probeFile }
  const groups = new Map<RollingGroup, number>()
  for (const [at, large] of options.large.entries()) {
    const partition = written[at % written.length] as number
    groups.set(new RollingGroup(nameIn(partition, large.name), await createTopics(stage, large)), partition)
  }
  await fillLog(stage)
  let koff = stage.startInstance({ variables })
  await stage.caughtUp()
  const names = Array.from({ length: probes }, (_, at) => sentinelName(1_000_000 + at))
  await using coordinator = await openTestCoordinator(kafka.brokers)
  let probe: LatencyProbe | null = null
  const phases: (Omit<Phase, 'samePartition' | 'others'> & { readonly partition: number | null })[] = []
  const phase = async (name: string, partition: number | null, act: () => Promise<void>) => {
    const begun = performance.now()
    const { pid } = koff
    probe?.begin(name)
    if (partition !== null) await eventLoopOf(koff, probeFile)
    await act()
    const eventLoop = koff.pid === pid ? await eventLoopOf(koff, probeFile) : null
    const { rss } = memoryOf(koff)
    const seconds = (performance.now() - begun) / 1000
    phases.push({ name, partition, seconds, eventLoop, rssMb: rss })
    say(`${name}: ${seconds.toFixed(1)} s, event loop ${JSON.stringify(eventLoop)}, RSS ${rss.toFixed(0)} MB`)
  }
  const fleet = Array.from({ length: options.groups }, (_, at) => `fleet-${at}`)
  await phase('fleet', null, () => commitFleet(stage, fleet))
  // From here on the coordinators of those partitions write nothing.
  const latency = probeLatency({
    brokers: kafka.brokers,
    topic: eventsTopic,
    reader: nameIn(partitionOf(instancesGroup, offsetsPartitions), 'scale-reader'),
    groups: names,
    written,
    partitions: offsetsPartitions,
    perSecond: commitsPerSecond,
    committed: logEnd,
  })
  probe = latency
  await phase('fleet, events read', null, () => latency.caughtUp())
  for (const [group, partition] of groups) {
    const { members } = options.large[[...groups.keys()].indexOf(group)] as LargeGroup
    await phase(`${group.name} joins`, partition, () => joinAll({ coordinator, group, partition }, members))
  }
  await latency.caughtUp()
  await phase('quiet', null, () => sleep(options.quietMs))
  for (const [group, partition] of groups) {
    await phase(`${group.name} rolls`, partition, () => roll({ coordinator, group, partition }, options.rollMs))
  }
  const peaks = [memoryOf(koff).peak]
  const warnings = [...warningsOf(koff)]
  let restartMs = 0
  const [last, partition] = [...groups].at(-1) as [RollingGroup, number]
  await phase(`${last.name} rolls, koff killed`, partition, async () => {
    const rolling = roll({ coordinator, group: last, partition }, options.rollMs)
    await sleep(options.rollMs / 2)
    koff.kill('SIGKILL')
    await koff.ended
    const begun = performance.now()
    koff = stage.startInstance({ variables })
    await koffAtWork(koff)
    restartMs = performance.now() - begun
    await rolling
  })
  const { measured, commits } = await latency.end()
  peaks.push(memoryOf(koff).peak)
  warnings.push(...warningsOf(koff))
  koff.kill('SIGTERM')
  const [exitCode] = await koff.ended
  const events = await readEvents(stage)
  const truth = new Map<string, readonly string[]>()
  for (const group of fleet) truth.set(group, ['group-created', ...fleetCommits])
  for (const group of groups.keys()) truth.set(group.name, group.expected)
  for (const [group, count] of Object.entries(commits)) {
    truth.set(group, ['group-created', ...Array.from({ length: count }, () => `offset-committed orders-0 ${logEnd}`)])
  }
  const live = await liveState(stage)
  return {
    truth: compareWithTruth(events, truth),
    wrongHoldings: [...groups.keys()]
      .filter(({ name, held }) => !isDeepStrictEqual(sorted(heldAfter(events, name)), sorted(held)))
      .map(({ name }) => name),
    verdict: judge(
      await stage.replayed(),
      events.map(value => ({ value })),
    ),
    events: events.length,
    phases: phases.map(({ partition: of, ...facts }) => ({ ...facts, ...latencies(measured, facts.name, of) })),
    peakMb: Math.max(...peaks),
    stateBytes: bytesOnDisk(stage, stateTopic),
    liveKeys: live.keys,
    liveBytes: live.bytes,
    restartMs,
    exitCode,
    warnings,
  }
}

function latencies(measured: readonly Measured[], phase: string, partition: number | null) {
  const of = (isSame: boolean) => {
    const own = measured.filter(each => {
      return each.phase === phase && (partitionOf(each.group, offsetsPartitions) === partition) === isSame
    })
    return own.map(({ ms }) => ms).toSorted((a, b) => a - b)
  }
  return { samePartition: of(true), others: of(false) }
}

/** A name that begins like this, of a group in that partition of `__consumer_offsets`. */
function nameIn(partition: number, prefix: string): string {
  for (let number = 0; ; number++) {
    const name = `${prefix}-${number}`
    if (partitionOf(name, offsetsPartitions) === partition) return name
  }
}

/** Until it has taken over its partitions. */
async function koffAtWork(koff: KoffProcess): Promise<void> {
  for (const deadline = Date.now() + 60_000; !koff.stderr().includes('owns partitions'); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`koff owns nothing: ${koff.stderr()}`)
  }
}

function warningsOf(koff: KoffProcess): readonly string[] {
  const lines = koff.stderr().split('\n')
  const parsed = lines.flatMap(line =>
    line.startsWith('{') ? [JSON.parse(line) as { level: unknown; msg: string }] : [],
  )
  return parsed.flatMap(({ level, msg }) => (level === 'warn' || level === 'error' ? [msg] : []))
}

/** All that a read_committed consumer finds. Java's: kafkajs gives records of aborted transactions, too. */
async function readEvents({ kafka, registry }: Stage): Promise<readonly EventLine[]> {
  const jvm = await startJvm()
  try {
    const place = { bootstrap: kafka.bootstrap, topic: eventsTopic, registry: registry.url }
    await using reader = await openAvroReader(jvm, place)
    const events: EventLine[] = []
    for (let count = -1; count < events.length; ) {
      count = events.length
      // Few at once: an event can have 512 KiB.
      for (const { value } of await reader.read(500, 5_000)) events.push(value as EventLine)
    }
    return events
  } finally {
    await jvm.kill()
  }
}

function sorted(held: ReadonlyMap<string, readonly string[]>) {
  return [...held].toSorted(([a], [b]) => (a < b ? -1 : 1))
}
