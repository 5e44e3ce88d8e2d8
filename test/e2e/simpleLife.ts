import { type Expected, taleOf } from './expected.ts'
import type { ClassicLife } from './javaClassicLife.ts'
import { committed, deleted, moved, topic } from './sharing.ts'

/** The life of a group that nobody ever joins: a consumer that chose its partitions by itself, and an operator. */
export async function simpleLife(life: ClassicLife): Promise<readonly Expected[]> {
  const { bootstrap, java, admin, group, protocolType } = life
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
  // The old coordinator, which writes no record of a group without members, writes no tombstone of one either.
  if (protocolType === 'consumer') {
    tale.say('offset-deleted', deleted(1, 60, 'unknown'))
    return tale.events
  }
  tale.say('offset-deleted', deleted(1, 60))
  tale.say('group-deleted', { lastEpoch: 0, offsetsDeleted: 1 })
  return tale.events
}
