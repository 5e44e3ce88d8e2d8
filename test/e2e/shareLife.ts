import { until } from '../clients/until.ts'
import { type Expected, type Known, memberOf, taleOf } from './expected.ts'
import { topic, topicPartitions, type World } from './sharing.ts'

/** The life of a share group, whose members read the same topic and commit nothing. */
export async function shareLife({ bootstrap, java, admin }: World, group: string): Promise<readonly Expected[]> {
  const tale = taleOf('share', { by: 'topicId', ids: await admin.topicIds(topic) })
  await admin.setGroupConfig(group, { 'share.session.timeout.ms': '45000' })
  const join = (clientId: string) => java.shareConsumer({ bootstrap, group, topics: [topic], clientId })
  /** A share consumer does not know what it reads: the broker does. */
  const settled = async (members: number) => {
    const found = await until({
      what: `${group} is stable with ${members} members`,
      ask: async () => (await admin.describeGroups(group))[0],
      good: now =>
        now?.state === 'Stable' &&
        now.members.length === members &&
        now.members.every(member => member.epoch === now.epoch) &&
        new Set(now.members.flatMap(({ assignment }) => assignment[topic] ?? [])).size === topicPartitions,
      withinMs: 60_000,
    })
    const known = found?.members.map(({ id, clientId, assignment }) => ({ id, clientId, topics: [topic], assignment }))
    return { epoch: found?.epoch ?? -1, known: known ?? [] }
  }
  const named = (all: readonly Known[], clientId: string) => all.filter(known => known.clientId === clientId)

  const a = await join('a')
  const first = await settled(1)
  tale.say('group-created', { protocolType: 'share' })
  tale.joined(...first.known)
  // Two epochs: the first assigns nothing, since the state of the partitions is not there yet.
  tale.say('rebalance-started', { epochBefore: 0, epochAfter: first.epoch - 1, seenBy: 'record' })
  const idle = first.known.map(known => ({ ...known, assignment: {} }))
  tale.rebalanced({ from: 0, to: first.epoch - 1, before: [], after: idle })
  tale.say('rebalance-started', { epochBefore: first.epoch - 1, epochAfter: first.epoch, seenBy: 'record' })
  tale.rebalanced({ from: first.epoch - 1, to: first.epoch, before: idle, after: first.known })

  const b = await join('b')
  const second = await settled(2)
  tale.joined(...named(second.known, 'b'))
  tale.say('rebalance-started', { epochBefore: first.epoch, epochAfter: first.epoch + 1, seenBy: 'record' })
  tale.rebalanced({ from: first.epoch, to: first.epoch + 1, before: first.known, after: second.known })

  await a.close()
  const third = await settled(1)
  tale.left(...named(second.known, 'a'))
  tale.say('rebalance-started', { epochBefore: second.epoch, epochAfter: second.epoch + 1, seenBy: 'record' })
  tale.rebalanced({ from: second.epoch, to: second.epoch + 1, before: second.known, after: third.known })

  await b.close()
  await admin.settled(group, 'Empty', 0, 60_000)
  const last = third.epoch + 1
  tale.left(...third.known)
  tale.say('group-emptied', { lastMembers: third.known.map(memberOf), epoch: last })
  await admin.deleteGroups(group)
  tale.say('group-deleted', { lastEpoch: last, offsetsDeleted: 0 })
  return tale.events
}
