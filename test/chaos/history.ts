import { offsetCommitV9 } from '@platformatic/kafka'
import { onConnections } from '../bench/fill/connections.ts'
import type { Stage } from './stage.ts'

const topic = 'history'
const partitions = 50

/** Groups that committed an offset of every partition before koff was there; gives their names. */
export async function commitHistory({ kafka, admin }: Stage, groups: number): Promise<readonly string[]> {
  await admin.createTopics({ [topic]: partitions })
  const tasks = Array.from({ length: groups }, (_, at) => `before-${at}`)
  const port = Number(kafka.brokers[0]?.split(':').at(-1))
  await onConnections({ host: '127.0.0.1', port }, { count: 8, tasks }, async (connection, group) => {
    const commits = Array.from({ length: partitions }, (_, partitionIndex) => {
      return { partitionIndex, committedOffset: 1n, committedLeaderEpoch: -1, committedMetadata: '' }
    })
    await offsetCommitV9.api.async(connection, group, -1, '', null, [{ name: topic, partitions: commits }])
  })
  return tasks
}
