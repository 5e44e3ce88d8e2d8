import { type Expected, taleOf } from './expected.ts'
import { committed, deleted, moved, topic, type World } from './sharing.ts'

/** The life of a group that nobody ever joins: a consumer that chose its partitions by itself, and an operator. */
export async function simpleLife({ bootstrap, java, admin }: World, group: string): Promise<readonly Expected[]> {
  const tale = taleOf('simple')
  const consumer = await java.consumer({ bootstrap, group, assign: { [topic]: [0, 1] } })
  await consumer.commit({ [topic]: { 0: 5 } })
  await consumer.commit({ [topic]: { 1: 6 } })
  await consumer.commit({ [topic]: { 0: 8 } })
  await consumer.close()
  tale.say('group-created', { protocolType: null })
  tale.say('offset-committed', committed({ offset: 5, previous: null }))
  tale.say('offset-committed', committed({ partition: 1, offset: 6, previous: null }))
  tale.say('offset-committed', committed({ offset: 8, previous: 5 }))
  await admin.alterOffsets(group, { [topic]: { 0: 3 } })
  await admin.alterOffsets(group, { [topic]: { 1: 60 } })
  tale.say('offset-committed', committed({ offset: 3, previous: 8 }))
  tale.say('offset-rewound', moved(0, 8, 3))
  tale.say('offset-committed', committed({ partition: 1, offset: 60, previous: 6 }))
  await admin.deleteOffsets(group, { [topic]: [0] })
  tale.say('offset-deleted', deleted(0, 3, 'unknown'))
  await admin.deleteGroups(group)
  tale.say('group-deleted', { lastEpoch: 0, offsetsDeleted: 1 })
  tale.say('offset-deleted', deleted(1, 60))
  return tale.events
}
