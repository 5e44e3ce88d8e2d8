import { startJava } from '../clients/java.ts'
import { startKafkajsConsumer } from '../clients/kafkajs.ts'
import { createOrders, sharing, topic, type World } from '../e2e/sharing.ts'
import type { Screen } from './screen.ts'

export interface Life extends World {
  readonly screen: Screen
  /** Resolves when koff has shown an event of this type about this group. */
  readonly shown: (group: string, type: string, times?: number) => Promise<void>
}

export const groups = ['shop', 'billing', 'reports'] as const

const sessionMs = 6_000

/** Three groups of real clients, one after the other; each step waits until koff has shown what it did. */
export async function live(life: Life): Promise<void> {
  await createOrders(life)
  await classicLife(life)
  await consumerLife(life)
  await kafkajsLife(life)
}

/** Java's consumer on the classic protocol: joins, commits, a rewind, a leave, a static restart, a reset, the end. */
async function classicLife({ bootstrap, java, admin, screen, shown }: Life): Promise<void> {
  const group = 'shop'
  const join = async (clientId: string, instanceId?: string) => ({
    clientId,
    client: await java.consumer({
      bootstrap,
      group,
      topics: [topic],
      clientId,
      ...(instanceId === undefined ? {} : { instanceId }),
    }),
  })
  screen.chapter('shop: Java consumers, classic protocol')
  screen.step('a first consumer joins, then one with a static membership')
  const first = await join('till-1')
  await sharing(first)
  const stays = await join('till-2', 'till-two')
  await sharing(first, stays)
  await shown(group, 'rebalance', 2)
  screen.step('it commits, and then commits less than before')
  await first.client.commit({ [topic]: { 0: 40 } })
  await first.client.commit({ [topic]: { 0: 25 } })
  await shown(group, 'offset-rewound')
  screen.step('the static member restarts: another member id, the same instance')
  await stays.client.close()
  const back = await join('till-2', 'till-two')
  await sharing(first, back)
  await shown(group, 'member-replaced')
  screen.step('the first consumer leaves, then the last one')
  await first.client.close()
  await sharing(back)
  await back.client.close('LEAVE_GROUP')
  await shown(group, 'group-emptied')
  screen.step('an operator resets an offset of the empty group, and deletes it')
  await admin.settled(group, 'Empty', 0)
  await admin.alterOffsets(group, { [topic]: { 0: 0 } })
  await admin.deleteGroups(group)
  await shown(group, 'group-deleted')
}

/** The new protocol (KIP-848): every step of a rebalance is in the records. */
async function consumerLife({ bootstrap, java, screen, shown }: Life): Promise<void> {
  const group = 'billing'
  const options = { bootstrap, group, topics: [topic], protocol: 'consumer' } as const
  screen.chapter('billing: Java consumers, the new protocol (KIP-848)')
  screen.step('two consumers join')
  const first = { clientId: 'invoice-1', client: await java.consumer({ ...options, clientId: 'invoice-1' }) }
  await sharing(first)
  await using doomed = await startJava()
  const second = { clientId: 'invoice-2', client: await doomed.consumer({ ...options, clientId: 'invoice-2' }) }
  await sharing(first, second)
  await shown(group, 'rebalance', 2)
  screen.step('the second one is killed (kill -9): the group learns of it when its session is over')
  await doomed.kill()
  await shown(group, 'rebalance', 3)
  await first.client.close()
  await shown(group, 'group-emptied')
}

/** A consumer that is not Java's. */
async function kafkajsLife({ bootstrap, admin, screen, shown }: Life): Promise<void> {
  const group = 'reports'
  const options = { bootstrap, group, topics: [topic], sessionTimeoutMs: sessionMs }
  screen.chapter('reports: kafkajs')
  screen.step('two consumers join and commit; one is killed (kill -9)')
  await using first = await startKafkajsConsumer({ ...options, clientId: 'report-1' })
  await first.assigned()
  await using second = await startKafkajsConsumer({ ...options, clientId: 'report-2' })
  await sharing({ clientId: 'report-1', client: first }, { clientId: 'report-2', client: second })
  await first.commit({ [topic]: { 0: 7 } })
  await second.kill()
  await sharing({ clientId: 'report-1', client: first })
  await first.close()
  await shown(group, 'group-emptied')
  screen.step('the group is deleted, with its offset')
  await admin.settled(group, 'Empty', 0)
  await admin.deleteGroups(group)
  await shown(group, 'group-deleted')
}
