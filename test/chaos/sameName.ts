import { until } from '../clients/until.ts'
import type { KoffProcess } from '../e2e/koff.ts'
import type { EventLine } from '../e2e/watch.ts'
import { startLoad } from './load.ts'
import { type Ended, endOf, linesOf } from './lostTopics.ts'
import type { InstanceOptions, Stage } from './stage.ts'
import type { Verdict } from './verdict.ts'

const everyType = 'events: { include: [default, offset-committed, leader-changed] }'
const onlySimple: InstanceOptions = { settings: [everyType, 'groups: { include: [simple-*, sentinel-*] }'] }
const everyGroup: InstanceOptions = {}
const elsewhere = 'koff.elsewhere'
const otherTopic: InstanceOptions = { topic: elsewhere }

/** The first members of a group have so long to come: those that start at the same moment meet in it (KIP-134). */
export const patientGroups = { 'group.initial.rebalance.delay.ms': '4000' }

export interface SameNameOutcome {
  /** Of instances with another topic, and another filter, while one with the present settings is at work. */
  readonly refused: readonly Ended[]
  /** Topics and subjects that the refused instances created. */
  readonly created: readonly string[]
  /** What the instance that was at work delivered. */
  readonly verdict: Verdict
  /** Its exit code. */
  readonly exitCode: number | null
  /** What that instance said of its partitions. */
  readonly moves: readonly string[]
}

/** A load of real groups, an instance at work, and instances of the same name with other settings that try to join. */
export async function otherSettingsRefused(stage: Stage, tries: number): Promise<SameNameOutcome> {
  const { kafka, java, admin } = stage
  const present = stage.startInstance()
  await stage.caughtUp()
  const load = startLoad({ bootstrap: kafka.bootstrap, java, admin })
  const refused: Ended[] = []
  for (let at = 0; at < tries; at++)
    refused.push(await endOf(stage.startInstance(at % 2 === 0 ? otherTopic : onlySimple)))
  await load.stop()
  await stage.settled()
  const moves = linesOf(present).filter(line => line.startsWith('owns'))
  present.kill('SIGTERM')
  const [exitCode] = await present.ended
  return { refused, created: await createdElsewhere(stage), verdict: await stage.verdict(), exitCode, moves }
}

export interface StartedTogether {
  /** How many of those with the stored settings went on. */
  readonly working: number
  /** The others. */
  readonly ended: readonly Ended[]
  /** Topics and subjects that these created. */
  readonly created: readonly string[]
}

/** Instances with different settings start at the same moment, where none is at work; two of them have the stored ones. */
export async function startedTogether(stage: Stage): Promise<StartedTogether> {
  const first = stage.startInstance()
  await stage.caughtUp()
  await stage.settled()
  await stopAll([first])
  const [right, wrong] = [
    [everyGroup, everyGroup],
    [otherTopic, onlySimple],
  ].map(all => all.map(how => stage.startInstance(how)))
  const ended = await Promise.all((wrong ?? []).map(endOf))
  await stage.settled()
  const working = (right ?? []).filter(isRunning).length
  await stopAll(right ?? [])
  return { working, ended, created: await createdElsewhere(stage) }
}

export interface ChangedFilter {
  /** Groups that the wider filter admits, with not exactly one snapshot, or with a creation. */
  readonly unlike: readonly string[]
  /** Lines of the log about settings. */
  readonly lines: readonly string[]
  readonly refused: Ended
}

/** A rolling update that changes a filter: the new instance is refused while the old one works, and takes over after it. */
export async function widerFilter(stage: Stage, groups: number): Promise<ChangedFilter> {
  const { admin } = stage
  const names = Array.from({ length: groups }, (_, at) => `hidden-${at}`)
  const narrow = stage.startInstance(onlySimple)
  await stage.caughtUp()
  await Promise.all(names.map(name => admin.alterOffsets(name, { orders: { 0: 1 } })))
  await stage.settled()
  const refused = await endOf(stage.startInstance(everyGroup))
  // Killed, not stopped: it is at work until its session is over.
  narrow.kill('SIGKILL')
  await narrow.ended
  const wide = stage.startInstance(everyGroup)
  const counts = async () => {
    const events = (await stage.read())
      .map(({ value }) => value as EventLine)
      .filter(({ group }) => names.includes(group))
    return names.filter(
      name => events.filter(({ group, type }) => group === name && type === 'group-snapshot').length !== 1,
    )
  }
  const unlike = await until({ what: 'snapshots', ask: counts, good: left => left.length === 0 }).catch(counts)
  await stage.settled()
  const created = (await stage.read())
    .map(({ value }) => value as EventLine)
    .filter(({ type }) => type === 'group-created')
  await stopAll([wide])
  return {
    unlike: [...unlike, ...created.map(({ group }) => group).filter(group => names.includes(group))],
    lines: linesOf(wide).filter(line => line.startsWith('setting ')),
    refused,
  }
}

export interface ChangedTopic {
  /** Without the flag. */
  readonly refused: Ended
  /** Topics and subjects that this one created. */
  readonly created: readonly string[]
  /** Whether events came to the other topic with it. */
  readonly goesOn: boolean
}

/** The events go to another topic from now on. */
export async function otherEventsTopic(stage: Stage): Promise<ChangedTopic> {
  const { admin } = stage
  const first = stage.startInstance()
  await stage.caughtUp()
  await stage.settled()
  await stopAll([first])
  const refused = await endOf(stage.startInstance(otherTopic))
  const created = await createdElsewhere(stage)
  const args = ['--accept-events-topic', elsewhere]
  const second = stage.startInstance({ ...otherTopic, args })
  await until({
    what: 'an event in the other topic',
    ask: async () => {
      await admin.alterOffsets(`later-${Date.now()}`, { orders: { 0: 1 } })
      const ends = await admin.endOffsets(elsewhere).catch(() => ({}))
      return Object.values(ends).flatMap(partitions => Object.values(partitions))
    },
    good: ends => ends.some(end => end > 0),
  })
  await stopAll([second])
  return { refused, created, goesOn: true }
}

/** Topics and subjects of the registry that only `otherTopic` needs. */
async function createdElsewhere({ admin, registry }: Stage): Promise<readonly string[]> {
  const topics = await admin.endOffsets(elsewhere).catch(() => ({}))
  const response = await fetch(`${registry.url}/subjects`)
  const subjects = ((await response.json()) as string[]).filter(subject => subject.startsWith(elsewhere))
  return [...Object.keys(topics), ...subjects]
}

function isRunning(instance: KoffProcess): boolean {
  return (
    linesOf(instance).some(line => line.startsWith('owns partitions')) && !instance.stderr().includes('"level":"error"')
  )
}

async function stopAll(instances: readonly KoffProcess[]): Promise<void> {
  for (const instance of instances) instance.kill('SIGTERM')
  await Promise.all(instances.map(({ ended }) => ended))
}
