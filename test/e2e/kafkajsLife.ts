import { type KafkajsConsumer, startKafkajsConsumer } from '../clients/kafkajs.ts'
import { type Expected, type Known, memberOf, taleOf } from './expected.ts'
import type { ClassicLife } from './javaClassicLife.ts'
import { committed, deleted, moved, patientSessionMs, sharing, shortSessionMs, topic } from './sharing.ts'

/** The life of a group of kafkajs consumers, each a process of its own; gives what must be said of it. */
export async function kafkajsLife({
  bootstrap,
  admin,
  group,
  protocolType,
}: ClassicLife): Promise<readonly Expected[]> {
  const tale = taleOf('classic')
  const protocol = 'RoundRobinAssigner'
  await using clients = new AsyncDisposableStack()
  const join = async (clientId: string, sessionTimeoutMs = patientSessionMs) => {
    const options = { bootstrap, group, topics: [topic], clientId, sessionTimeoutMs }
    const client: KafkajsConsumer = clients.use(await startKafkajsConsumer(options))
    return { clientId, client }
  }

  const a = await join('a')
  const [a1] = (await sharing(a)) as [Known]
  const leader = a1.id
  tale.say('group-created', { protocolType })
  tale.joined(a1)
  tale.rebalanced({ from: 0, to: 1, protocol, leader, before: [], after: [a1] })

  const b = await join('b', shortSessionMs)
  const [a2, b2] = (await sharing(a, b)) as [Known, Known]
  tale.joined(b2)
  tale.rebalanced({ from: 1, to: 2, protocol, leader, before: [a1], after: [a2, b2] })

  const c = await join('c')
  const [a3, b3, c3] = (await sharing(a, b, c)) as [Known, Known, Known]
  tale.joined(c3)
  tale.rebalanced({ from: 2, to: 3, protocol, leader, before: [a2, b2], after: [a3, b3, c3] })

  await a.client.commit({ [topic]: { 3: 30 } })
  await c.client.commit({ [topic]: { 3: 20 } }, 'back')
  tale.say('offset-committed', committed({ partition: 3, offset: 30, previous: null }))
  tale.say('offset-committed', committed({ partition: 3, offset: 20, previous: 30, metadata: 'back' }))
  tale.say('offset-rewound', moved(3, 30, 20))

  await b.client.kill()
  const [a4, c4] = (await sharing(a, c)) as [Known, Known]
  tale.left(b3)
  tale.rebalanced({ from: 3, to: 4, protocol, leader, before: [a3, b3, c3], after: [a4, c4] })

  await c.client.close()
  const [a5] = (await sharing(a)) as [Known]
  tale.left(c4)
  tale.rebalanced({ from: 4, to: 5, protocol, leader, before: [a4, c4], after: [a5] })

  await a.client.close()
  await admin.settled(group, 'Empty', 0, 60_000)
  tale.left(a5)
  tale.say('group-emptied', { lastMembers: [memberOf(a5)], epoch: 6 })

  await admin.alterOffsets(group, { [topic]: { 3: 25 } })
  tale.say('offset-committed', committed({ partition: 3, offset: 25, previous: 20 }))
  tale.say('offset-reset', moved(3, 20, 25, 'forward'))
  await admin.deleteGroups(group)
  tale.say('offset-deleted', deleted(3, 25))
  tale.say('group-deleted', { lastEpoch: 6, offsetsDeleted: 1 })
  return tale.events
}
