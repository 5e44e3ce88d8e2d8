import { openClusterAdmin } from '../kafka/kafkajs/admin.ts'
import type { BrokerOptions } from '../kafka/net/brokerOptions.ts'

/**
 * Sets the position of a group without one to the end of each partition, so that it reads only new events. A group with
 * a position, or with members that are about to commit one, is not changed.
 */
export async function beginNow(broker: BrokerOptions, groupId: string, topics: readonly string[]): Promise<void> {
  await using admin = await openClusterAdmin(broker, topics)
  if ((await admin.positions(groupId, topics)).length > 0) return
  for (const topic of topics) {
    const ends = (await admin.logs(topic)).map(({ partition, logEnd }) => ({ topic, partition, position: logEnd }))
    await admin.setPositions(groupId, ends)
  }
}
