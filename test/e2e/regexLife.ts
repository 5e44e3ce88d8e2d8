import { until } from '../clients/until.ts'
import { patient } from './consumerLife.ts'
import { type Expected, type Known, memberOf, taleOf } from './expected.ts'
import type { World } from './sharing.ts'

/** The life of a member whose topics the broker finds by a regex, among them one that is made later. */
export async function regexLife({ bootstrap, java, admin }: World, group: string): Promise<readonly Expected[]> {
  const [one, two] = [`${group}-one`, `${group}-two`]
  await admin.createTopics({ [one]: 2 })
  await admin.setGroupConfig(group, patient)
  const regex = `${group}-.*`
  const client = await java.consumer({ bootstrap, group, protocol: 'consumer', serverPattern: regex, clientId: 'a' })
  const settled = async (assignment: Known['assignment']) => {
    const { memberId: id } = await client.assigned(assignment, 60_000)
    const found = await until({
      what: `${group} is stable`,
      ask: async () => (await admin.describeGroups(group))[0],
      good: now => now?.state === 'Stable',
    })
    return { epoch: found?.epoch ?? -1, known: { id, clientId: 'a', topics: [], regex, assignment } }
  }
  const first = await settled({ [one]: [0, 1] })
  await admin.createTopics({ [two]: 1 })
  const second = await settled({ [one]: [0, 1], [two]: [0] })
  await client.close()
  await admin.settled(group, 'Empty', 0, 60_000)
  await admin.deleteGroups(group)

  const tale = taleOf('consumer', { by: 'topicId', ids: await admin.topicIds(one, two) })
  tale.say('group-created', { protocolType: 'consumer' })
  tale.joined(first.known)
  tale.say('rebalance-started', { epochBefore: 0, epochAfter: first.epoch, seenBy: 'record' })
  tale.rebalanced({ from: 0, to: first.epoch, before: [], after: [first.known] })
  tale.say('rebalance-started', { epochBefore: first.epoch, epochAfter: second.epoch, seenBy: 'record' })
  tale.rebalanced({ from: first.epoch, to: second.epoch, before: [first.known], after: [second.known] })
  tale.left(second.known)
  tale.say('group-emptied', { lastMembers: [memberOf(second.known)], epoch: second.epoch + 1 })
  tale.say('group-deleted', { lastEpoch: second.epoch + 1, offsetsDeleted: 0 })
  return tale.events
}
