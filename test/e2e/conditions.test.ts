import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conditionSettings } from '../../src/config/conditionSettings.ts'
import { loadConfig } from '../../src/config/load.ts'
import { Fold } from '../../src/engine/fold.ts'
import { eventLine } from '../../src/events/ndjson.ts'
import { apply } from '../../src/pipeline/apply.ts'
import { readRecording } from '../../src/sources/recording/readRecording.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { isCondition } from '../state/conditions/world.ts'
import { type KoffProcess, koff, startKoff } from './koff.ts'
import { type Stage, stories } from './troubles.ts'
import { type EventLine, eventsIn } from './watch.ts'

const stallAfterMs = 5_000

let home: string
let configFile: string
let recording: string
let kafka: Kafka
let java: JavaClients
let doomed: JavaClients
/** Conditions that `koff events` told, by group. */
let live: Record<string, EventLine[]>
/** Those of `again`, told by a service before and after it was killed. */
let before: EventLine[]
let after: EventLine[]

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'koff-conditions-'))
  configFile = join(home, 'koff.yaml')
  recording = join(home, 'recording.ndjson')
  ;[kafka, java, doomed] = await Promise.all([startKafka(), startJava(), startJava()])
  writeFileSync(configFile, configuration(kafka.bootstrap))
  const admin = await java.admin(kafka.bootstrap)
  const topics = Object.entries(stories).map(([topic, { partitions }]) => [topic, partitions] as const)
  await admin.createTopics({ ...Object.fromEntries(topics), again: 1 })
  const producer = await java.producer({ bootstrap: kafka.bootstrap })

  // They start before anybody has committed: nothing is history.
  await using events = startKoff(['events', '-c', configFile])
  await using record = startKoff(['record', '-c', configFile, '-o', recording])
  await using first = startKoff(['run', '-c', configFile])
  for (const process of [events, record, first]) {
    await until({
      what: 'koff waits for __consumer_offsets',
      ask: async () => process.stderr(),
      good: text => text.includes('__consumer_offsets does not exist yet'),
    })
  }
  // Both look at the cluster, each in its own time: what the one tells is over only when the other one saw it, too.
  const told = async (group: string, type: string) => {
    await events.line(line => line.includes(`"${type}"`) && line.includes(`"group":"${group}"`), 90_000)
    await until({
      what: `${type} of ${group} in the recording`,
      ask: async () => (await replayed()).events.map(event => `${event.type} ${event.group}`),
      good: all => all.includes(`${type} ${group}`),
    })
  }
  const stage: Stage = { bootstrap: kafka.bootstrap, java, doomed, admin, producer, told }
  ;[{ before, after }] = await Promise.all([
    restarted(stage, first),
    ...Object.values(stories).map(({ play }) => play(stage)),
  ])
  for (const process of [events, record]) process.kill('SIGTERM')
  await Promise.all([events.ended, record.ended])
  live = conditionsByGroup(eventsIn(events.lines()))
})

afterAll(async () => {
  await Promise.all([java?.kill(), doomed?.kill()])
  await kafka?.stop()
  rmSync(home, { recursive: true, force: true })
})

function configuration(brokers: string): string {
  return `
kafka: { brokers: '${brokers}' }
state: { dir: state }
conditions:
  sampleEveryMs: 500
  stallAfterMs: ${stallAfterMs}
  unassignedAfterMs: 2000
  groups:
    - { pattern: stuck, stuckAfterMs: 3000 }
    - { pattern: kept, stallAfterMs: 600000 }
    - { pattern: flapping, stormRebalances: 5, stormWithinMs: 20000, stormBurstMs: 50 }
`
}

/** The conditions that the recording holds so far, and those that opened later than at the first sample that could. */
async function replayed(): Promise<{ readonly events: EventLine[]; readonly late: string[] }> {
  const { conditions } = loadConfig({ file: configFile, variables: {} }).config
  const fold = new Fold({ cluster: '', history: 'none', conditions: conditionSettings(conditions) })
  const text = readFileSync(recording)
  // The last line is not complete yet.
  const lines = Readable.from([text.subarray(0, text.lastIndexOf('\n') + 1)])
  const events: EventLine[] = []
  const late: string[] = []
  let tick = 0
  for await (const chunk of readRecording(lines, recording, new AbortController().signal)) {
    for (const input of chunk) {
      for (const event of apply(fold, input)) {
        if (!isCondition(event)) continue
        events.push(...eventsIn([eventLine(event)]))
        // A storm is told with its record.
        const isTimed = !('opened' in event.data) && event.type !== 'rebalance-storm'
        if (isTimed && event.time <= tick) late.push(`${event.id} at ${event.time}, not at ${tick}`)
      }
      if (input.kind === 'tick') tick = input.timestamp
    }
  }
  return { events, late }
}

/** A service is killed while a partition is stalled; another one goes on from its state, and sees it get on. */
async function restarted({ java, admin, producer, bootstrap, told }: Stage, first: KoffProcess) {
  await producer.send({ topic: 'again', partition: 0, count: 5, value: 'v' })
  const consumer = await java.consumer({ bootstrap, group: 'again', topics: ['again'], paused: true })
  await consumer.assigned()
  await consumer.commit({ again: { 0: 1 } })
  const about = (type: string) => (line: string) => line.includes(`"${type}"`) && line.includes('"group":"again"')
  await Promise.all([first.line(about('offset-stalled'), 60_000), told('again', 'offset-stalled')])
  first.kill('SIGKILL')
  await first.ended
  await using second = startKoff(['run', '-c', configFile])
  // What is committed in between is news to it.
  await consumer.commit(await admin.endOffsets('again'))
  await Promise.all([second.line(about('offset-resumed'), 60_000), told('again', 'offset-resumed')])
  second.kill('SIGTERM')
  await second.ended
  const of = (process: KoffProcess) => conditionsByGroup(eventsIn(process.lines()))['again'] ?? []
  return { before: of(first), after: of(second) }
}

function conditionsByGroup(events: readonly EventLine[]): Record<string, EventLine[]> {
  const conditions = events.filter(event => isCondition(event as unknown as Parameters<typeof isCondition>[0]))
  return Object.fromEntries(Map.groupBy(conditions, ({ group }) => group))
}

const said = (events: readonly EventLine[] = []) =>
  events.map(({ type, data }) => {
    const { partition } = data as { partition?: number }
    return partition === undefined ? type : `${type} ${partition}`
  })

function saidByGroup(groups: Readonly<Record<string, readonly EventLine[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(groups).map(([group, events]) => [group, said(events)]))
}

const expected = {
  paused: ['offset-stalled 0', 'offset-resumed 0'],
  crashing: ['offset-stalled 0', 'offset-resumed 0'],
  six: ['offset-stalled 5', 'offset-resumed 5'],
  doomed: ['offset-stalled 0', 'offset-resumed 0'],
  kept: ['offset-out-of-range 0', 'offset-range-recovered 0'],
  stuck: ['rebalance-stuck', 'rebalance-resumed'],
  flapping: ['rebalance-storm', 'rebalance-settled'],
  again: ['offset-stalled 0', 'offset-resumed 0'],
}

describe('conditions of real groups', () => {
  it('are reported, and nothing about healthy groups', () => {
    expect(saidByGroup(live)).toEqual(expected)
    for (const [opening, closing] of Object.values(live)) {
      expect(closing?.data).toMatchObject({ opened: opening?.id })
    }
  })

  it('have the right data', () => {
    const dataOf = (group: string) => live[group]?.[0]?.data
    expect(dataOf('paused')).toMatchObject({ offset: 5, reason: 'silent', member: { clientId: 'paused-client' } })
    expect(dataOf('crashing')).toMatchObject({
      offset: 0,
      lag: 5,
      reason: 'repeating',
      member: { clientId: 'crashing-client' },
    })
    expect(dataOf('six')).toMatchObject({ partition: 5, offset: 1, logEnd: 1_000, lag: 999 })
    expect(dataOf('kept')).toMatchObject({ offset: 2, logStart: 6, logEnd: 10 })
    expect(dataOf('stuck')).toMatchObject({
      laggingMembers: expect.arrayContaining([expect.objectContaining({ clientId: 'stubborn' })]),
    })
    expect(dataOf('flapping')).toMatchObject({ count: 5 })
  })

  it('replay from a recording of the same time, each opened by the first sample that could', async () => {
    const { events, late } = await replayed()
    expect(saidByGroup(conditionsByGroup(events))).toEqual(expected)
    expect(late).toEqual([])
    const replay = await koff(['replay', '-c', configFile, recording])
    expect(saidByGroup(conditionsByGroup(eventsIn(replay.lines)))).toEqual(expected)
  })

  it('open once and close once, also where the service was killed in between', () => {
    expect(said(before)).toEqual(['offset-stalled 0'])
    expect(said(after)).toEqual(['offset-resumed 0'])
    expect(after[0]?.data).toMatchObject({ opened: before[0]?.id })
  })

  it('lag is shown where log ends are known, in a recording and on the cluster', async () => {
    const lagOf = (lines: readonly string[]) => {
      const groups = lines.map(line => JSON.parse(line) as { group: string; lag?: unknown; logEnd?: unknown })
      return groups
        .filter(({ group }) => group === 'six' || group === 'idle')
        .map(({ lag, logEnd }) => ({ lag, logEnd }))
    }
    const level = (topic: string, ends: readonly number[]) => ({
      lag: { [topic]: Object.fromEntries(ends.map((_, partition) => [partition, 0])) },
      logEnd: { [topic]: Object.fromEntries(ends.entries()) },
    })
    const known = [level('idle', [5]), level('six', [1_000, 1_000, 1_000, 1_000, 1_000, 1_000])]
    expect(lagOf((await koff(['groups', recording])).lines)).toEqual(known)
    expect(lagOf((await koff(['groups', '--brokers', kafka.bootstrap])).lines)).toEqual(known)
  })
})
