import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GroupState } from '../../src/events/groupState.ts'
import type { JavaAdmin } from '../clients/admin.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { readTopic } from '../live/cleanTopic.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { type KoffProcess, koff, startKoff } from './koff.ts'
import { type EventLine, eventsIn } from './watch.ts'

/* max.message.bytes of each of koff's topics is lowered while koff runs: what the topic does not take ends nothing. */

let kafka: Kafka
let java: JavaClients
let admin: JavaAdmin
let folder: string
let service: KoffProcess

/** So much each topic takes, after it was lowered. */
const lowered = { 'max.message.bytes': '6000' }
const enough = { 'max.message.bytes': '1048588' }
/** Its id is longer than that. */
const longGroup = 'g'.repeat(7_000)
/** Of a member whose description is longer than that. */
const longClient = 'c'.repeat(4_000)

beforeAll(async () => {
  ;[kafka, java, folder] = await Promise.all([startKafka(), startJava(), temporaryFolder('lowered-limit')])
  admin = await java.admin(kafka.bootstrap)
  await admin.createTopics({ orders: 4 })
  await admin.alterOffsets('before', { orders: { 0: 1 } })
  service = await run()
})
afterAll(async () => {
  await service[Symbol.asyncDispose]()
  await java.kill()
  await kafka.stop()
  await removeTemporary(folder)
})

async function run(): Promise<KoffProcess> {
  const file = join(folder, 'koff.yaml')
  const sink = '{ type: kafka, topic: koff.events, groupsTopic: koff.groups, format: json, partitions: 2 }'
  const lines = [`kafka: { brokers: '${kafka.bootstrap}' }`, 'events: { include: [default, offset-committed] }']
  await writeFile(file, [...lines, `sinks: [${sink}]`, ''].join('\n'))
  const started = startKoff(['run', '-c', file])
  await until({ what: 'koff to catch up', ask: async () => started.stderr(), good: text => text.includes('caught up') })
  return started
}

async function restart(): Promise<void> {
  service.kill('SIGTERM')
  expect(await service.ended).toEqual([0, null])
  service = await run()
}

/** Lines of the log that have something to say of a topic. */
function linesOf(topic: string): { readonly msg: string; readonly group?: string; readonly id?: string }[] {
  return service
    .stderr()
    .split('\n')
    .flatMap(line =>
      line.startsWith('{') ? [JSON.parse(line) as { readonly msg: string; readonly topic?: string }] : [],
    )
    .filter(line => line.topic === topic)
}

const eventsOf = async (group: string) =>
  (await delivered()).filter(event => event.group === group).map(({ type }) => type)

async function delivered(): Promise<EventLine[]> {
  const messages = await readTopic({ brokers: kafka.brokers, topic: 'koff.events' })
  return eventsIn(messages.map(({ value }) => value.toString()))
}

/** Commits of this group are told, and so is all that was committed before, in the same partition and in others. */
async function goesOn(group: string): Promise<void> {
  await admin.alterOffsets(group, { orders: { 0: 1 } })
  await until({
    what: `events of ${group}`,
    ask: () => eventsOf(group),
    good: types => types.includes('offset-committed'),
    withinMs: 60_000,
  })
}

/** Each event exactly once, in the order of its log, but for those of the group with the long name. */
async function flawless(): Promise<void> {
  const { code, lines, stderr } = await koff([
    'replay',
    '--cluster',
    kafka.clusterId,
    '--event',
    'default',
    '--event',
    'offset-committed',
    kafka.dataFolder,
  ])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const isOfLog = ({ id, group }: EventLine) =>
    /^\d+-\d+-\d+$/.test(id) && ![longGroup, 'before', 'koff.instances'].includes(group) && !group.startsWith('reader-')
  const idsOf = (events: readonly EventLine[]) =>
    Object.fromEntries(
      [...Map.groupBy(events.filter(isOfLog), ({ group }) => group)]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([group, of]) => [group.slice(0, 20), of.map(({ id }) => id)]),
    )
  const expected = idsOf(eventsIn(lines))
  const isAllThere = (found: Record<string, string[]>) =>
    Object.values(found).flat().length >= Object.values(expected).flat().length
  const found = await until({ what: 'all events', ask: async () => idsOf(await delivered()), good: isAllThere })
  expect(found).toEqual(expected)
}

/** The last value of each key. */
async function groupsTopic(): Promise<ReadonlyMap<string, GroupState | null>> {
  const kafkaClient = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING })
  const consumer = kafkaClient.consumer({ groupId: `reader-${Math.random()}` })
  const groups = new Map<string, GroupState | null>()
  await consumer.connect()
  await consumer.subscribe({ topic: 'koff.groups', fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message: { key, value } }) => {
      groups.set(String(key), value === null ? null : (JSON.parse(value.toString()) as GroupState))
    },
  })
  await new Promise(resolve => setTimeout(resolve, 3_000))
  await consumer.disconnect()
  return groups
}

test('an event that its topic does not take is named in the log, and all others go on', async () => {
  await admin.setTopicConfig('koff.events', lowered)
  await goesOn('first')
  await admin.alterOffsets(longGroup, { orders: { 0: 1 } })
  await goesOn('second')
  const left = linesOf('koff.events').filter(({ msg }) => msg.includes('is dropped'))
  expect(left.map(({ group, msg }) => [group, /: ([a-z-]+), \d+ bytes, .*kafka-configs/.exec(msg)?.[1]])).toEqual([
    [longGroup, 'group-created'],
    [longGroup, 'offset-committed'],
  ])
  await admin.setTopicConfig('koff.events', enough)
  await flawless()
})

test('a group that the groups topic does not take is named in the log, and written once it is taken', async () => {
  await admin.setTopicConfig('koff.groups', lowered)
  await admin.alterOffsets(longGroup, { orders: { 1: 1 } })
  const member = await java.consumer({
    bootstrap: kafka.bootstrap,
    group: 'smaller',
    topics: ['orders'],
    clientId: longClient,
  })
  await member.assigned()
  await goesOn('third')
  const leftOut = async () =>
    linesOf('koff.groups').filter(({ msg }) => msg.includes('is not written to topic koff.groups'))
  await until({ what: 'a line about the group', ask: leftOut, good: lines => lines.length > 0 })
  expect(await leftOut()).toMatchObject([{ group: longGroup, bytes: expect.any(Number) }])
  const before = await groupsTopic()
  expect(before.get('third')).toMatchObject({ offsetCount: 1 })
  expect(before.get('smaller')).toMatchObject({ memberCount: 1, members: null, truncated: true })
  expect(before.get(longGroup)?.offsetCount).toBe(1)
  await admin.setTopicConfig('koff.groups', enough)
  await restart()
  await goesOn('fourth')
  expect((await groupsTopic()).get(longGroup)?.offsetCount).toBe(2)
  await member.close()
})

test('state that its topic does not take is stored in pieces: a restart knows all of it', async () => {
  await admin.setTopicConfig('koff.state', lowered)
  const member = await java.consumer({
    bootstrap: kafka.bootstrap,
    group: 'state',
    topics: ['orders'],
    clientId: longClient,
  })
  await member.assigned()
  await member.commit({ orders: { 0: 3 } })
  await admin.alterOffsets(longGroup, { orders: { 2: 1 } })
  await goesOn('fifth')
  const [line] = linesOf('koff.state')
  expect(line?.msg).toMatch(
    /^partition \d: topic koff\.state refuses a batch of \d+ bytes \(largest entry: .* in smaller pieces, and nothing is lost; .*kafka-configs/,
  )
  await admin.setTopicConfig('koff.state', enough)
  service.kill('SIGKILL')
  await service.ended
  await member.close()
  await admin.settled('state', 'Empty', 0, 60_000)
  await admin.deleteGroups('state', longGroup)
  service = await run()
  await goesOn('sixth')
  const deleted = Array.from({ length: 3 }, () => 'offset-deleted')
  expect(await eventsOf(longGroup)).toEqual(['offset-committed', ...deleted, 'group-deleted'])
  await flawless()
})
