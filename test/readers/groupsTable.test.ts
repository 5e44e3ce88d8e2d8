import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GroupState } from '../../src/events/groupState.ts'
import type { GroupView } from '../../src/state/group/view.ts'
import type { JavaAdmin } from '../clients/admin.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { classicMember, consumerGroupMember, type RawMember } from '../clients/rawMembers.ts'
import type { JavaTable } from '../clients/table.ts'
import { until } from '../clients/until.ts'
import { type KoffProcess, koff, startKoff } from '../e2e/koff.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { type Registry, startRegistry } from '../servers/registry.ts'

/* The groups topic as Kafka Streams sees it, against what `koff groups` prints, over the lives of some groups. */

let kafka: Kafka
let registry: Registry
let java: JavaClients
let admin: JavaAdmin
let folder: string
let table: JavaTable

beforeAll(async () => {
  ;[kafka, registry, java, folder] = await Promise.all([
    // The members of this test send no heartbeats.
    startKafka({ properties: { 'group.consumer.max.session.timeout.ms': '300000' } }),
    startRegistry(),
    startJava(),
    temporaryFolder('groups-table'),
  ])
  admin = await java.admin(kafka.bootstrap)
  await admin.createTopics({ orders: 4, payments: 2 })
})
afterAll(async () => {
  await java.kill()
  await Promise.all([kafka.stop(), registry.stop()])
  await removeTemporary(folder)
})

test('a GlobalKTable equals koff groups at every quiet moment, also after kill -9', async () => {
  await admin.alterOffsets('before', { orders: { 0: 1, 1: 1 } })
  let service = await run()
  table = await java.table({ bootstrap: kafka.bootstrap, topic: 'koff.groups', registry: registry.url })
  await isEqual(['before'])

  const { bootstrap } = kafka
  const a = await java.consumer({ bootstrap, group: 'classic', topics: ['orders'], clientId: 'a' })
  const b = await java.consumer({ bootstrap, group: 'modern', topics: ['orders', 'payments'], protocol: 'consumer' })
  await Promise.all([a.assigned(), b.assigned()])
  await isEqual(['before', 'classic', 'modern'])
  await a.commit({ orders: { 0: 3, 1: 4 } })
  const c = await java.consumer({
    bootstrap,
    group: 'modern',
    topics: ['orders'],
    protocol: 'consumer',
    instanceId: 'i1',
  })
  await c.assigned()
  await isEqual(['before', 'classic', 'modern'])

  // What happens while nobody reads, and between a commit and the write that it put off.
  service.kill('SIGKILL')
  await service.ended
  await c.close()
  await admin.deleteGroups('before')
  await admin.alterOffsets('later', { payments: { 0: 1 } })
  service = await run()
  for (let round = 0; round < 6; round += 1)
    await admin.alterOffsets('later', { payments: { 0: round }, orders: { [round % 4]: 1 } })
  service.kill('SIGKILL')
  await service.ended
  service = await run()
  await isEqual(['classic', 'later', 'modern'])

  await a.close()
  await b.close()
  await admin.settled('modern', 'Empty', 0, 60_000)
  await isEqual(['classic', 'later', 'modern'])
  await admin.settled('classic', 'Empty', 0, 60_000)
  await admin.deleteGroups('classic')
  await admin.deleteGroups('modern')
  await isEqual(['later'])
  service.kill('SIGTERM')
  expect(await service.ended).toEqual([0, null])
})

test('a group that is too large is there with its counts and open conditions, through kill -9 up to its tombstone', async () => {
  let service = await run()
  const { bootstrap } = kafka
  const partitions = [...Array(150_000).keys()]
  await using wide = await classicMember({ bootstrap, group: 'wide', clientId: 'c', topic: 'orders', partitions })
  await admin.setGroupConfig('many', { 'consumer.session.timeout.ms': '300000' })
  const names = Array.from({ length: 20 }, (_, index) => `${'m'.repeat(14_000)}${index}`)
  await using stack = new AsyncDisposableStack()
  const join = async (memberId: string) =>
    stack.use(await consumerGroupMember({ bootstrap, group: 'many', clientId: memberId, topic: 'orders', memberId }))
  const many: RawMember[] = []
  for (const name of names) many.push(await join(name))
  const wideNow = { memberCount: 1, offsetCount: 0, conditionCount: 0, conditions: [], truncated: true }
  expect(await shown('wide', wideNow)).toMatchObject({ members: [{ clientId: 'c', assignment: null }] })
  const manyNow = { memberCount: 20, members: null, offsetCount: 0, conditionCount: 0, conditions: [], truncated: true }
  await shown('many', manyNow)

  // The topic is empty, so that the offset is out of range.
  await wide.commit('orders', 0, 100)
  const condition = { type: 'offset-out-of-range', topic: 'orders', partition: 0 }
  expect(await shown('wide', { ...wideNow, offsetCount: 1, conditionCount: 1, conditions: [condition] })).toMatchObject(
    {
      members: [{ clientId: 'c', assignment: null }],
    },
  )
  service.kill('SIGKILL')
  await service.ended
  await wide.commit('orders', 0, 0)
  service = await run()
  await shown('wide', { ...wideNow, offsetCount: 1 })

  for (const member of many) await member.leave()
  await wide.leave()
  await admin.settled('wide', 'Empty', 0)
  await admin.settled('many', 'Empty', 0)
  service.kill('SIGKILL')
  await service.ended
  await admin.deleteGroups('wide')
  service = await run()
  await admin.deleteGroups('many')
  await isEqual(['later'])
  service.kill('SIGTERM')
  expect(await service.ended).toEqual([0, null])
})

test('a group that ended after the state was lost gets its tombstone', async () => {
  let service = await run()
  await admin.alterOffsets('stale', { orders: { 0: 1 } })
  await isEqual(['later', 'stale'])
  service.kill('SIGTERM')
  await service.ended
  await admin.deleteTopics('koff.state')
  await admin.deleteGroups('stale')
  service = await run()
  await isEqual(['later'])
  service.kill('SIGTERM')
  expect(await service.ended).toEqual([0, null])
})

/** Waits until the table has a group with these fields; gives its value. */
async function shown(group: string, fields: object): Promise<GroupState> {
  const ask = async () => ((await table.all()) as Readonly<Record<string, GroupState>>)[group]
  const fits = (value: GroupState | undefined) => {
    try {
      expect(value).toMatchObject(fields)
      return true
    } catch {
      return false
    }
  }
  const value = await until({ what: `${group} with ${JSON.stringify(fields)}`, ask, good: fits, withinMs: 60_000 })
  if (value === undefined) throw new Error(`${group} is not in the table`)
  return value
}

async function run(): Promise<KoffProcess> {
  const file = join(folder, 'koff.yaml')
  const sink = `{ type: kafka, topic: koff.events, groupsTopic: koff.groups, registry: { url: '${registry.url}' } }`
  await writeFile(
    file,
    `kafka: { brokers: '${kafka.bootstrap}' }\nconditions: { sampleEveryMs: 500 }\nsinks: [${sink}]\n`,
  )
  const service = startKoff(['run', '-c', file])
  await until({
    what: 'it has caught up',
    ask: async () => service.stderr(),
    good: text => text.includes('caught up after'),
    withinMs: 60_000,
  })
  return service
}

/** Waits until both show these groups, and the same of each. */
async function isEqual(groups: readonly string[]): Promise<void> {
  const ask = async () => {
    const { lines } = await koff(['groups', '--brokers', kafka.bootstrap])
    const printed = lines.map(line => JSON.parse(line) as GroupView)
    const ofGroups = printed.filter(({ group }) => !group.startsWith('koff.'))
    return { printed: Object.fromEntries(ofGroups.map(view => [view.group, ofView(view)])), table: await ofTable() }
  }
  const same = ({ printed, table: kept }: Awaited<ReturnType<typeof ask>>) =>
    JSON.stringify(printed) === JSON.stringify(kept) && Object.keys(kept).join() === groups.join()
  const last = await until({ what: `groups ${groups.join()}`, ask, good: same, withinMs: 60_000 })
  expect(last.table).toEqual(last.printed)
}

async function ofTable() {
  const all = (await table.all()) as Readonly<Record<string, GroupState>>
  return Object.fromEntries(
    Object.entries(all).map(
      ([group, { groupType, epoch, state, protocolType, protocol, leader, members, offsetCount }]) => {
        const shown = (members ?? []).map(({ id, instanceId, clientId, host, epoch: own, assignment }) => {
          const held = (assignment ?? []).map(
            ({ topic, topicId, partitions }) => [topic ?? topicId, partitions] as const,
          )
          return { id, instanceId, clientId, host, epoch: own, assignment: Object.fromEntries(held) }
        })
        return [
          group,
          { groupType, epoch, state, protocolType, protocol, leader, members: shown, offsetCount },
        ] as const
      },
    ),
  )
}

function ofView({ groupType, epoch, state, protocolType, protocol, leader, members, offsets }: GroupView) {
  const offsetCount = Object.values(offsets).reduce((sum, partitions) => sum + Object.keys(partitions).length, 0)
  const shown = members.map(({ id, instanceId, clientId, host, epoch: own, assignment }) => {
    return { id, instanceId, clientId, host, epoch: own, assignment }
  })
  return { groupType, epoch, state, protocolType, protocol, leader, members: shown, offsetCount }
}
