import { expect } from 'vitest'
import { startJava } from '../clients/java.ts'
import { type Expected, type Known, memberOf, taleOf } from './expected.ts'
import {
  committed,
  deleted,
  moved,
  type Participant,
  patientSessionMs,
  sharing,
  shortSessionMs,
  topic,
  type World,
} from './sharing.ts'

export interface ClassicLife extends World {
  readonly group: string
  /** Of the broker's first record, '' where that is one of a group without members. */
  readonly protocolType: '' | 'consumer'
}

/** The life of a classic group of Java consumers from its first member to its deletion; gives what must be said of it. */
export async function javaClassicLife({
  bootstrap,
  java,
  admin,
  group,
  protocolType,
}: ClassicLife): Promise<readonly Expected[]> {
  const tale = taleOf('classic')
  const join = async (clientId: string, more: { instanceId?: string; assignor?: string } = {}, jvm = java) => {
    const sessionTimeoutMs = jvm === java ? patientSessionMs : shortSessionMs
    const client = await jvm.consumer({ bootstrap, group, topics: [topic], clientId, sessionTimeoutMs, ...more })
    return { clientId, client, ...(more.instanceId === undefined ? {} : { instanceId: more.instanceId }) }
  }
  const alone = async (participant: Participant) => {
    const [known] = await sharing(participant)
    if (known === undefined) throw new RangeError('nobody')
    return known
  }
  const range = 'range'

  const a = await join('a')
  const a1 = await alone(a)
  tale.say('group-created', { protocolType })
  tale.joined(a1)
  tale.rebalanced({ from: 0, to: 1, protocol: range, leader: a1.id, before: [], after: [a1] })

  const b = await join('b')
  const [a2, b2] = (await sharing(a, b)) as [Known, Known]
  tale.joined(b2)
  tale.rebalanced({ from: 1, to: 2, protocol: range, leader: a1.id, before: [a1], after: [a2, b2] })

  await using doomed = await startJava()
  const c = await join('c', {}, doomed)
  const [a3, b3, c3] = (await sharing(a, b, c)) as [Known, Known, Known]
  tale.joined(c3)
  tale.rebalanced({ from: 2, to: 3, protocol: range, leader: a1.id, before: [a2, b2], after: [a3, b3, c3] })

  await a.client.commit({ [topic]: { 0: 10 } }, 'why: ü')
  await b.client.commit({ [topic]: { 1: 7 } })
  await a.client.commit({ [topic]: { 0: 10 } })
  await a.client.commit({ [topic]: { 0: 4 } })
  tale.say('offset-committed', committed({ offset: 10, previous: null, metadata: 'why: ü' }))
  tale.say('offset-committed', committed({ partition: 1, offset: 7, previous: null }))
  tale.say('offset-committed', committed({ offset: 10, previous: 10 }))
  tale.say('offset-committed', committed({ offset: 4, previous: 10 }))
  tale.say('offset-rewound', moved(0, 10, 4))

  await b.client.close()
  const [a4, c4] = (await sharing(a, c)) as [Known, Known]
  tale.left(b3)
  tale.rebalanced({ from: 3, to: 4, protocol: range, leader: a1.id, before: [a3, b3, c3], after: [a4, c4] })

  await doomed.kill()
  const a5 = await alone(a)
  tale.left(c4)
  tale.rebalanced({ from: 4, to: 5, protocol: range, leader: a1.id, before: [a4, c4], after: [a5] })

  const s = await join('s', { instanceId: 'static-1' })
  const [a6, s6] = (await sharing(a, s)) as [Known, Known]
  tale.joined(s6)
  tale.rebalanced({ from: 5, to: 6, protocol: range, leader: a1.id, before: [a5], after: [a6, s6] })

  await s.client.close()
  const back = await join('s', { instanceId: 'static-1' })
  const [, s7] = (await sharing(a, back)) as [Known, Known]
  expect(s7.id).not.toBe(s6.id)
  tale.say('member-replaced', { instanceId: 'static-1', from: s6.id, to: s7.id, hostChanged: false })

  await a.client.close()
  const s8 = await alone(back)
  tale.left(a6)
  tale.rebalanced({ from: 6, to: 7, protocol: range, leader: s8.id, before: [a6, s7], after: [s8] })
  tale.say('leader-changed', { from: a1.id, to: s8.id })

  await back.client.close('LEAVE_GROUP')
  await admin.settled(group, 'Empty', 0, 60_000)
  tale.left(s8)
  tale.say('group-emptied', { lastMembers: [memberOf(s8)], epoch: 8 })

  await admin.alterOffsets(group, { [topic]: { 0: 2 } })
  await admin.alterOffsets(group, { [topic]: { 1: 9 } })
  await admin.alterOffsets(group, { [topic]: { 1: 9 } })
  await admin.alterOffsets(group, { [topic]: { 2: 5 } })
  tale.say('offset-committed', committed({ offset: 2, previous: 4 }))
  tale.say('offset-reset', moved(0, 4, 2, 'backward'))
  tale.say('offset-committed', committed({ partition: 1, offset: 9, previous: 7 }))
  tale.say('offset-reset', moved(1, 7, 9, 'forward'))
  tale.say('offset-committed', committed({ partition: 1, offset: 9, previous: 9 }))
  tale.say('offset-committed', committed({ partition: 2, offset: 5, previous: null }))

  const d = await join('d', { assignor: 'roundrobin' })
  const d9 = await alone(d)
  tale.say('group-revived', { emptyForMs: expect.any(Number) })
  tale.joined(d9)
  tale.rebalanced({ from: 8, to: 9, protocol: 'roundrobin', leader: d9.id, before: [], after: [d9] })
  tale.say('assignor-changed', { from: range, to: 'roundrobin' })
  tale.say('leader-changed', { from: s8.id, to: d9.id })

  await d.client.close()
  await admin.settled(group, 'Empty', 0, 60_000)
  tale.left(d9)
  tale.say('group-emptied', { lastMembers: [memberOf(d9)], epoch: 10 })

  await admin.deleteOffsets(group, { [topic]: [1] })
  tale.say('offset-deleted', deleted(1, 9, 'unknown'))
  await admin.deleteGroups(group)
  tale.say('offset-deleted', deleted(0, 2))
  tale.say('offset-deleted', deleted(2, 5))
  tale.say('group-deleted', { lastEpoch: 10, offsetsDeleted: 2 })
  return tale.events
}
