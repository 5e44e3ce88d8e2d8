import { startJava } from '../clients/java.ts'
import { type Expected, type Known, memberOf, taleOf } from './expected.ts'
import type { LivingWorld } from './lives.ts'
import { committed, deleted, moved, patientSessionMs, sharing, topic } from './sharing.ts'

/** The life of a group whose application commits in transactions: commits, aborts, and dies with one open. */
export async function transactionalLife(world: LivingWorld, group: string): Promise<readonly Expected[]> {
  const { bootstrap, java, admin, protocolType } = world
  const tale = taleOf('classic')
  const client = await java.consumer({
    bootstrap,
    group,
    topics: [topic],
    clientId: 'a',
    sessionTimeoutMs: patientSessionMs,
  })
  const [a] = (await sharing({ clientId: 'a', client })) as [Known]
  tale.say('group-created', { protocolType })
  tale.joined(a)
  tale.rebalanced({ from: 0, to: 1, protocol: 'range', leader: a.id, before: [], after: [a] })

  const producer = await java.producer({ bootstrap, transactionalId: `${group}-1` })
  const commits = async (offsets: Record<number, number>, outcome: 'commit' | 'abort') => {
    await producer.begin()
    await producer.sendOffsets({ [topic]: offsets }, { consumer: client })
    await producer[outcome]()
  }
  await commits({ 0: 10 }, 'commit')
  await commits({ 0: 99 }, 'abort')
  await commits({ 0: 3 }, 'commit')
  tale.say('offset-committed', committed({ offset: 10, previous: null, transactional: true }))
  tale.say('offset-committed', committed({ offset: 3, previous: 10, transactional: true }))
  tale.say('offset-rewound', moved(0, 10, 3))

  // A plain commit while the transaction is open: it is the later one, and stays.
  await producer.begin()
  await producer.sendOffsets({ [topic]: { 0: 50, 1: 8 } }, { consumer: client })
  await client.commit({ [topic]: { 0: 4 } })
  await producer.commit()
  tale.say('offset-committed', committed({ offset: 4, previous: 3 }))
  tale.say('offset-committed', committed({ partition: 1, offset: 8, previous: null, transactional: true }))

  // Dies with a transaction open: it delays nobody, and never counts.
  const dying = `${group}-2`
  await using doomed = await startJava()
  const dies = await doomed.producer({ bootstrap, transactionalId: dying, transactionTimeoutMs: 120_000 })
  await dies.begin()
  await dies.sendOffsets({ [topic]: { 2: 77 } }, { group })
  await doomed.kill()
  await client.commit({ [topic]: { 3: 33 } }, 'meanwhile')
  await world.told(group, '"metadata":"meanwhile"')
  const heir = await java.producer({ bootstrap, transactionalId: dying })
  await heir.begin()
  await heir.sendOffsets({ [topic]: { 2: 7 } }, { consumer: client })
  await heir.commit()
  tale.say('offset-committed', committed({ partition: 3, offset: 33, previous: null, metadata: 'meanwhile' }))
  tale.say('offset-committed', committed({ partition: 2, offset: 7, previous: null, transactional: true }))

  // Its group goes while a transaction is open: it stays gone.
  await producer.begin()
  await producer.sendOffsets({ [topic]: { 1: 9 } }, { consumer: client })
  await client.close()
  await admin.settled(group, 'Empty', 0, 60_000)
  tale.left(a)
  tale.say('group-emptied', { lastMembers: [memberOf(a)], epoch: 2 })
  await admin.deleteGroups(group)
  tale.say('offset-deleted', deleted(0, 4))
  tale.say('offset-deleted', deleted(1, 8))
  tale.say('offset-deleted', deleted(2, 7))
  tale.say('offset-deleted', deleted(3, 33))
  tale.say('group-deleted', { lastEpoch: 2, offsetsDeleted: 4 })
  await producer.commit()
  await Promise.all([producer.close(), heir.close()])
  return tale.events
}
