import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type JavaClients, startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { koff, startKoff } from '../e2e/koff.ts'
import { type EventLine, eventsIn } from '../e2e/watch.ts'
import { startKafka } from '../servers/kafka.ts'
import { type Client, type FleetGroup, fleetGroups, topics } from './members.ts'

export interface HealthyOptions {
  /** How often each of the fifteen kinds of group is there. */
  readonly copies: number
  /** How long the whole fleet runs. */
  readonly seconds: number
  /** One client of each group in turn is stopped and started again, this often. */
  readonly restartEverySeconds: number
  readonly say: (line: string) => void
}

export interface HealthyOutcome {
  readonly groups: number
  /** Clients that were stopped and started again. */
  readonly restarts: number
  /** Events of each type. */
  readonly counts: Readonly<Record<string, number>>
  /** Events of severity warn or error: the script causes none. */
  readonly alarms: readonly EventLine[]
  /** Groups that koff does not know, or that committed nothing although their topics got records. */
  readonly silent: readonly string[]
  /** Warnings and errors of koff's own log. */
  readonly logged: readonly string[]
}

/** A fleet without any fault, that reads all it is sent. Whatever koff warns of is false. */
export async function healthyFleet({
  copies,
  seconds,
  restartEverySeconds,
  say,
}: HealthyOptions): Promise<HealthyOutcome> {
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'koff-healthy-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const kafka = stack.use(await startKafka({ offsetsPartitions: 4 }))
  const java = stack.use(await startJava())
  const { bootstrap } = kafka
  const admin = await java.admin(bootstrap)
  const of = (names: readonly string[]) => Object.fromEntries(names.map(name => [name, 4]))
  await admin.createTopics(of([...topics.written, topics.transactions, topics.idle, 'counts']))
  // The first group makes the topic of the groups. What is in it before koff starts would be history.
  await admin.alterOffsets('before', { [topics.idle]: { 0: 0 } })
  const config = join(folder, 'koff.yaml')
  writeFileSync(config, `kafka: { brokers: '${bootstrap}' }\n`)
  const events = stack.use(startKoff(['events', '-c', config, '--json']))
  await until({
    what: 'koff has caught up',
    ask: async () => events.lines().filter(line => line.includes('"koff-caught-up"')).length,
    good: partitions => partitions === 4,
  })

  const groups = Array.from({ length: copies }, (_, copy) => fleetGroups({ bootstrap, java, folder }, copy)).flat()
  const ended = new AbortController()
  const producing = produce(java, bootstrap, ended.signal)
  const clients = new Map<FleetGroup, Client[]>()
  for (const group of groups) {
    clients.set(group, await Promise.all(Array.from({ length: group.clients }, (_, at) => group.open(at))))
  }
  say(`${groups.length} groups run`)
  // A group whose one client stops is empty, and koff is to say so.
  const shared = groups.filter(({ clients: count }) => count > 1)
  const deadline = Date.now() + seconds * 1000
  let restarts = 0
  while (Date.now() < deadline) {
    await sleep(Math.min(restartEverySeconds * 1000, Math.max(0, deadline - Date.now())))
    if (Date.now() >= deadline) break
    const group = shared[restarts % shared.length] as FleetGroup
    const running = clients.get(group) ?? []
    const at = Math.floor(restarts / shared.length) % group.clients
    restarts++
    await running[at]?.close()
    running[at] = await group.open(at)
    say(`restarted client ${at} of ${group.name}; ${alarmsIn(events.lines()).length} warnings and errors so far`)
  }
  const { lines } = await koff(['groups', '--brokers', bootstrap])
  events.kill('SIGINT')
  await events.ended
  ended.abort()
  await producing
  // Before the client programs: a client that is killed leaves its group without members.
  await Promise.allSettled([...clients.values()].flat().map(client => client.close()))
  const all = eventsIn(events.lines())
  return {
    groups: groups.length,
    restarts,
    counts: Object.fromEntries([...Map.groupBy(all, ({ type }) => type)].map(([type, list]) => [type, list.length])),
    alarms: alarmsIn(events.lines()),
    silent: groups.map(({ name }) => name).filter(name => !isAtWork(name, lines)),
    logged: events
      .stderr()
      .split('\n')
      .filter(line => /\b(warn|error)\b/i.test(line)),
  }
}

function alarmsIn(lines: readonly string[]): EventLine[] {
  return eventsIn(lines.filter(line => !line.includes('"severity":"info"')))
}

/** The group is listed and has read: an offset above 0, or a sampled start. */
function isAtWork(group: string, lines: readonly string[]): boolean {
  const line = lines.find(text => text.includes(`"group":"${group}"`))
  if (line === undefined) return false
  const { offsets } = JSON.parse(line) as { offsets: Readonly<Record<string, Readonly<Record<string, number>>>> }
  return Object.values(offsets).some(ofTopic => Object.values(ofTopic).some(offset => offset > 0))
}

/** A few records a second into each topic but the idle one, until the signal. */
async function produce(java: JavaClients, bootstrap: string, signal: AbortSignal): Promise<void> {
  const plain = await java.producer({ bootstrap })
  const transactional = await java.producer({ bootstrap, transactionalId: 'transfers' })
  for (let round = 0; !signal.aborted; round++) {
    for (const topic of topics.written) {
      for (let partition = 0; partition < 4; partition++)
        await plain.send({ topic, partition, count: 3, key: `k${round % 50}`, value: 'v' })
    }
    await transactional.begin()
    for (let partition = 0; partition < 4; partition++)
      await transactional.send({ topic: topics.transactions, partition, count: 2 })
    // Of every tenth the readers see nothing but its marker.
    await (round % 10 === 9 ? transactional.abort() : transactional.commit())
    await sleep(500, undefined, { signal }).catch(() => undefined)
  }
  await Promise.all([plain.close(), transactional.close()])
}
