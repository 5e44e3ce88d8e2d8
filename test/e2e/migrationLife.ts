import { expect } from 'vitest'
import { patient } from './consumerLife.ts'
import { type Expected, heldBy, type Known, memberOf, type Naming, taleOf } from './expected.ts'
import { committed, deleted, type Participant, patientSessionMs, sharing, topic, type World } from './sharing.ts'

/** A group whose members are restarted one by one on the consumer protocol, and later back on the classic one. */
export async function migrationLife({ bootstrap, java, admin }: World, group: string): Promise<readonly Expected[]> {
  const ids = await admin.topicIds(topic)
  const byId: Naming = { by: 'topicId', ids }
  const tales = { classic: taleOf('classic'), consumer: taleOf('consumer', byId) }
  const told: Expected[] = []
  /** The events of each kind of group, one kind after the other. */
  const turn = (kind: keyof typeof tales) => void told.push(...tales[kind].events.splice(0))
  const { classic, consumer } = tales
  const join = async (clientId: string, protocol: 'classic' | 'consumer') => {
    const timeout = protocol === 'classic' ? { sessionTimeoutMs: patientSessionMs } : {}
    const client = await java.consumer({ bootstrap, group, protocol, topics: [topic], clientId, ...timeout })
    return { clientId, client }
  }
  const settled = async <T extends readonly Participant[]>(...participants: T) => {
    const known = await sharing(...participants)
    await admin.settled(group, 'Stable', participants.length, 60_000)
    return known as { readonly [K in keyof T]: Known }
  }
  await admin.setGroupConfig(group, patient)

  const a = await join('a', 'classic')
  const [a1] = await settled(a)
  classic.say('group-created', { protocolType: '' })
  classic.joined(a1)
  classic.rebalanced({ from: 0, to: 1, protocol: 'range', leader: a1.id, before: [], after: [a1] })
  const b = await join('b', 'classic')
  const [a2, b2] = await settled(a, b)
  classic.joined(b2)
  classic.rebalanced({ from: 1, to: 2, protocol: 'range', leader: a1.id, before: [a1], after: [a2, b2] })
  await a.client.commit({ [topic]: { 0: 5 } })
  classic.say('offset-committed', committed({ offset: 5, previous: null }))

  await a.client.close()
  const [b3] = await settled(b)
  classic.left(a2)
  classic.rebalanced({ from: 2, to: 3, protocol: 'range', leader: b2.id, before: [a2, b2], after: [b3] })
  classic.say('leader-changed', { from: a1.id, to: b2.id })
  turn('classic')

  const c = await join('c', 'consumer')
  const [b4, c4] = await settled(b, c)
  consumer.say('group-migrated', { from: 'classic', to: 'consumer', epoch: 4 })
  consumer.joined(c4)
  consumer.say('rebalance-started', { epochBefore: 3, epochAfter: 4, seenBy: 'record' })
  consumer.rebalanced({ from: 3, to: 4, before: [b3], after: [b4, c4], named: { by: 'topic' } })
  await b.client.close()
  const [c5] = await settled(c)
  consumer.left(b4)
  consumer.say('rebalance-started', { epochBefore: 4, epochAfter: 5, seenBy: 'record' })
  consumer.rebalanced({ from: 4, to: 5, before: [b4, c4], after: [c5] })
  await c.client.commit({ [topic]: { 0: 7 } })
  consumer.say('offset-committed', committed({ offset: 7, previous: 5 }))

  const d = await join('d', 'classic')
  const [c6, d6] = await settled(c, d)
  consumer.joined(d6)
  consumer.say('rebalance-started', { epochBefore: 5, epochAfter: 6, seenBy: 'record' })
  consumer.rebalanced({ from: 5, to: 6, before: [c5], after: [c6, d6] })
  turn('consumer')

  await c.client.close()
  const [d7] = await settled(d)
  classic.say('group-migrated', { from: 'consumer', to: 'classic', epoch: 6 })
  // The last one of the consumer protocol left as the group became classic: what it held is named by id.
  classic.say('member-left', { member: memberOf(c6), held: heldBy(c6.assignment, byId) })
  const { id: leader } = d7
  classic.rebalanced({ from: 6, to: 7, protocol: 'range', leader, before: [c6, d6], after: [d7], named: byId })
  await d.client.close()
  await admin.settled(group, 'Empty', 0, 60_000)
  classic.left(d7)
  classic.say('group-emptied', { lastMembers: [memberOf(d7)], epoch: 8 })
  turn('classic')

  // An empty group becomes whatever its next member speaks.
  const e = await join('e', 'consumer')
  const [e2] = await settled(e)
  consumer.say('group-migrated', { from: 'classic', to: 'consumer', epoch: 2 })
  consumer.say('group-revived', { emptyForMs: expect.any(Number) })
  consumer.joined(e2)
  consumer.say('rebalance-started', { epochBefore: 0, epochAfter: 2, seenBy: 'record' })
  consumer.rebalanced({ from: 0, to: 2, before: [], after: [e2] })
  await e.client.close()
  await admin.settled(group, 'Empty', 0, 60_000)
  consumer.left(e2)
  consumer.say('group-emptied', { lastMembers: [memberOf(e2)], epoch: 3 })
  turn('consumer')

  const f = await join('f', 'classic')
  const [f1] = await settled(f)
  classic.say('group-migrated', { from: 'consumer', to: 'classic', epoch: 0 })
  classic.say('group-revived', { emptyForMs: expect.any(Number) })
  classic.joined(f1)
  classic.rebalanced({ from: 0, to: 1, protocol: 'range', leader: f1.id, before: [], after: [f1] })
  await f.client.close()
  await admin.settled(group, 'Empty', 0, 60_000)
  classic.left(f1)
  classic.say('group-emptied', { lastMembers: [memberOf(f1)], epoch: 2 })
  await admin.deleteGroups(group)
  classic.say('offset-deleted', deleted(0, 7))
  classic.say('group-deleted', { lastEpoch: 2, offsetsDeleted: 1 })
  turn('classic')
  return told
}
