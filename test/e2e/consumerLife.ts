import { expect } from 'vitest'
import { startJava } from '../clients/java.ts'
import { type Expected, type Known, memberOf, taleOf } from './expected.ts'
import type { LivingWorld } from './lives.ts'
import { committed, deleted, moved, type Participant, sharing, topic } from './sharing.ts'

/** The life of a group of the consumer protocol (KIP-848) from its first member to its deletion. */
export async function consumerLife(world: LivingWorld, group: string): Promise<readonly Expected[]> {
  const { bootstrap, java, admin, setGroupConfig } = world
  const ids = await admin.topicIds(topic)
  const tale = taleOf('consumer', { by: 'topicId', ids })
  const join = async (clientId: string, instanceId?: string, jvm = java) => {
    const more = instanceId === undefined ? {} : { instanceId }
    const client = await jvm.consumer({ bootstrap, group, protocol: 'consumer', topics: [topic], clientId, ...more })
    return { clientId, client, ...more }
  }
  /** Who is there, once the broker says that all is done. */
  const settled = async <T extends readonly Participant[]>(...participants: T) => {
    const known = await sharing(...participants)
    const { epoch } = await admin.settled(group, 'Stable', participants.length, 60_000)
    return { epoch: epoch ?? -1, known: known as { readonly [K in keyof T]: Known } }
  }
  await setGroupConfig(group, patient)

  const a = await join('a')
  const first = await settled(a)
  const [a1] = first.known
  tale.say('group-created', { protocolType: 'consumer' })
  tale.joined(a1)
  tale.say('rebalance-started', { epochBefore: 0, epochAfter: first.epoch, seenBy: 'record' })
  tale.rebalanced({ from: 0, to: first.epoch, before: [], after: [a1] })
  let epoch = first.epoch
  const rebalanced = (before: readonly Known[], after: readonly Known[]) => {
    tale.say('rebalance-started', { epochBefore: epoch, epochAfter: epoch + 1, seenBy: 'record' })
    tale.rebalanced({ from: epoch, to: epoch + 1, before, after })
    epoch += 1
  }

  const b = await join('b')
  const [a2, b2] = (await settled(a, b)).known
  tale.joined(b2)
  rebalanced([a1], [a2, b2])

  await a.client.commit({ [topic]: { 0: 10 } }, 'why: ü')
  await a.client.commit({ [topic]: { 0: 10 } })
  await b.client.commit({ [topic]: { 0: 4 } })
  tale.say('offset-committed', committed({ offset: 10, previous: null, metadata: 'why: ü' }))
  tale.say('offset-committed', committed({ offset: 10, previous: 10 }))
  tale.say('offset-committed', committed({ offset: 4, previous: 10 }))
  tale.say('offset-rewound', moved(0, 10, 4))

  await using doomed = await startJava()
  // Before it joins: a session that has begun keeps its time-out until the next heartbeat.
  await setGroupConfig(group, short)
  const c = await join('c', undefined, doomed)
  const [a3, b3, c3] = (await settled(a, b, c)).known
  tale.joined(c3)
  rebalanced([a2, b2], [a3, b3, c3])
  await doomed.kill()
  const [a4, b4] = (await settled(a, b)).known
  await setGroupConfig(group, patient)
  tale.left(c3)
  rebalanced([a3, b3, c3], [a4, b4])

  const s = await join('s', 'static-1')
  const [a5, b5, s5] = (await settled(a, b, s)).known
  tale.joined(s5)
  rebalanced([a4, b4], [a5, b5, s5])
  await s.client.close()
  tale.suspended(s5)
  const back = await join('t', 'static-1')
  const [, , s6] = (await settled(a, b, back)).known
  expect(s6.id).not.toBe(s5.id)
  tale.say('member-replaced', { instanceId: 'static-1', from: s5.id, to: s6.id, hostChanged: false })
  await back.client.close('LEAVE_GROUP')
  const [a7, b7] = (await settled(a, b)).known
  tale.left(s6)
  rebalanced([a5, b5, s6], [a7, b7])

  await b.client.close()
  const [a8] = (await settled(a)).known
  tale.left(b7)
  rebalanced([a7, b7], [a8])
  await a.client.close()
  await admin.settled(group, 'Empty', 0, 60_000)
  epoch += 1
  tale.left(a8)
  tale.say('group-emptied', { lastMembers: [memberOf(a8)], epoch })

  await admin.alterOffsets(group, { [topic]: { 0: 20 } })
  await admin.alterOffsets(group, { [topic]: { 1: 1 } })
  tale.say('offset-committed', committed({ offset: 20, previous: 4 }))
  tale.say('offset-reset', moved(0, 4, 20, 'forward'))
  tale.say('offset-committed', committed({ partition: 1, offset: 1, previous: null }))

  const d = await join('d')
  const [d9] = (await settled(d)).known
  tale.say('group-revived', { emptyForMs: expect.any(Number) })
  tale.joined(d9)
  rebalanced([], [d9])
  await d.client.close()
  await admin.settled(group, 'Empty', 0, 60_000)
  epoch += 1
  tale.left(d9)
  tale.say('group-emptied', { lastMembers: [memberOf(d9)], epoch })
  await admin.deleteGroups(group)
  tale.say('offset-deleted', deleted(0, 20))
  tale.say('offset-deleted', deleted(1, 1))
  tale.say('group-deleted', { lastEpoch: epoch, offsetsDeleted: 2 })
  return tale.events
}

/** Long enough that nobody who lives is taken for dead on a slow machine … */
export const patient = { 'consumer.session.timeout.ms': '45000' }
/** … and for those who are killed. */
const short = { 'consumer.session.timeout.ms': '6000' }
