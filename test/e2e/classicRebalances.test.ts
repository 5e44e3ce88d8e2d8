import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startJava } from '../clients/java.ts'
import { startKafkajsConsumer } from '../clients/kafkajs.ts'
import { until } from '../clients/until.ts'
import { runKoff } from '../commands/runKoff.ts'
import { startKafka } from '../servers/kafka.ts'
import { versions } from '../servers/versions.ts'
import { startKoff } from './koff.ts'
import { type EventLine, eventsIn } from './watch.ts'

/*
 * Rebalances of classic groups, whose start no record has: koff learns of it from samples of what the coordinator keeps in
 * memory.
 */

const sampleEveryMs = 500

function folder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'koff-classic-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

function configIn(path: string, bootstrap: string): string {
  const file = join(path, 'koff.yaml')
  writeFileSync(file, `kafka: { brokers: '${bootstrap}' }\nconditions: { sampleEveryMs: ${sampleEveryMs} }\n`)
  return file
}

const ofGroup = (lines: readonly string[], wanted: string) => eventsIn(lines).filter(({ group }) => group === wanted)
const isSampled = ({ type, data }: EventLine) =>
  type === 'rebalance-started' && (data as Readonly<Record<string, unknown>>)['seenBy'] === 'sample'
/** Events that records alone make. */
const recordDerived = (events: readonly EventLine[]) => events.filter(({ id }) => /^\d+-\d+-\d+$/.test(id))
const byId = (events: readonly EventLine[]) => new Map(events.map(event => [event.id, event]))

test.each(['2.8.2', '3.9.1', versions.kafka])(
  'Kafka %s: a rebalance that hangs is detected, and none is invented',
  async version => {
    using home = folder()
    await using kafka = await startKafka({ version, offsetsPartitions: 2 })
    await using java = await startJava()
    const { bootstrap } = kafka
    const admin = await java.admin(bootstrap)
    await admin.createTopics({ orders: 4 })
    await admin.alterOffsets('before', { orders: { 0: 0 } })
    const config = configIn(home.path, bootstrap)
    const recording = join(home.path, 'recording.ndjson')
    await using events = startKoff(['events', '-c', config, '--json'])
    await using record = startKoff(['record', '-c', config, '-o', recording])
    // What follows is no history.
    await until({
      what: 'koff has caught up',
      ask: async () => events.lines().filter(line => line.includes('"koff-caught-up"')).length,
      good: partitions => partitions === 2,
    })

    const timeouts = { sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 12_000 }
    const of = (group: string) => ({ bootstrap, group, topics: ['orders'], ...timeouts })
    await using hung = await startKafkajsConsumer(of('hung'))
    await hung.assigned({ orders: [0, 1, 2, 3] })
    process.kill(hung.pid, 'SIGSTOP')
    const stoppedAt = Date.now()
    await using patient = await startKafkajsConsumer(of('hung'))
    const started = await events.line(line => line.includes('"rebalance-started"') && line.includes('"hung"'), 10_000)
    const stuck = await events.line(line => line.includes('"rebalance-stuck"'), 15_000)
    await events.line(line => line.includes('"rebalance-resumed"'), 30_000)
    process.kill(hung.pid, 'SIGCONT')
    await patient.assigned(undefined, 30_000)

    const quick = await java.consumer({ bootstrap, group: 'quick', topics: ['orders'] })
    await quick.assigned({ orders: [0, 1, 2, 3] })
    for (let done = 0; done < 50; done++) {
      const { rebalances } = await quick.status()
      await quick.rejoin()
      for (let waited = 0; (await quick.status()).rebalances <= rebalances && waited < 200; waited++) await sleep(20)
    }
    // Two more samples.
    await sleep(2 * sampleEveryMs + 500)
    events.kill('SIGINT')
    record.kill('SIGINT')
    await Promise.all([events.ended, record.ended])

    const [first, second] = [started, stuck].map(line => JSON.parse(line) as EventLine)
    // The second member needs a moment to join; then it takes one round at most.
    expect(Number(first?.time)).toBeGreaterThan(stoppedAt)
    expect(first?.data).toEqual({ epochBefore: 1, epochAfter: null, seenBy: 'sample' })
    expect(second).toMatchObject({ data: { epoch: null, laggingMembers: null } })
    expect(Number(second?.time) - Number(first?.time)).toBe(6_000)
    const hungStory = ofGroup(events.lines(), 'hung').map(({ type }) => type)
    expect(hungStory.filter(type => type.startsWith('rebalance')).slice(0, 5)).toEqual([
      'rebalance',
      'rebalance-started',
      'rebalance-stuck',
      'rebalance',
      'rebalance-resumed',
    ])

    const quickEvents = ofGroup(events.lines(), 'quick')
    expect(quickEvents.filter(({ type }) => type === 'rebalance')).toHaveLength(51)
    expect(unfollowed(quickEvents)).toEqual([])
    expect(unfollowed(ofGroup(events.lines(), 'hung'))).toEqual([])

    // The samples of the recording are others than those of `events`; what records alone make is the same.
    const replayed = eventsIn((await runKoff(['replay', recording])).stdout.split('\n').slice(0, -1))
    const withoutSamples = join(home.path, 'records.ndjson')
    const lines = readFileSync(recording, 'utf8').split('\n')
    writeFileSync(
      withoutSamples,
      lines.filter(line => !line.startsWith('{"kind"') || line.startsWith('{"kind":"topic"')).join('\n'),
    )
    const bare = eventsIn((await runKoff(['replay', withoutSamples])).stdout.split('\n').slice(0, -1))
    // The group that made the topic was there before koff: live it is history.
    const nameless = (list: readonly EventLine[]) =>
      byId(recordDerived(list).flatMap(event => (event.group === 'before' ? [] : [{ ...event, cluster: '' }])))
    expect(nameless(replayed)).toEqual(nameless(bare))
    expect(nameless(replayed)).toEqual(nameless(eventsIn(events.lines()).filter(({ group }) => group !== '')))
    expect(replayed.some(isSampled)).toBe(true)
    expect(unfollowed(replayed.filter(({ group }) => group === 'quick'))).toEqual([])
  },
)

/** Starts that no `rebalance`, `group-migrated`, `group-emptied` or `group-deleted` follows before the next one. */
function unfollowed(events: readonly EventLine[]): string[] {
  const ends = new Set(['rebalance', 'group-migrated', 'group-emptied', 'group-deleted'])
  let open: string | null = null
  const found: string[] = []
  for (const event of events) {
    if (isSampled(event)) {
      if (open !== null) found.push(open)
      open = event.id
    } else if (ends.has(event.type)) open = null
  }
  return open === null ? found : [...found, open]
}

test('Kafka 2.4.1, which lists no states: koff logs that once and continues', async () => {
  using home = folder()
  await using kafka = await startKafka({ version: '2.4.1', offsetsPartitions: 2 })
  const config = configIn(home.path, kafka.bootstrap)
  await using java = await startJava()
  await (await java.admin(kafka.bootstrap)).createTopics({ orders: 1 })
  await using member = await startKafkajsConsumer({ bootstrap: kafka.bootstrap, group: 'old', topics: ['orders'] })
  await member.assigned()
  await using events = startKoff(['events', '-c', config, '--json'])
  await events.line(line => line.includes('"group-snapshot"'))
  await sleep(4 * sampleEveryMs)
  expect(events.stderr().match(/lists groups without their states/g)).toHaveLength(1)
})
