import { openClusterAdmin } from '../kafka/kafkajs/admin.ts'
import type { BrokerOptions } from '../kafka/net/brokerOptions.ts'

/**
 * Gives a group without a position in the topics the end of each partition, so that it reads what comes from now on. A
 * group that has a position, or members that are about to commit one, is left as it is.
 */
export async function beginNow(broker: BrokerOptions, groupId: string, topics: readonly string[]): Promise<void> {
  await using admin = await openClusterAdmin(broker, topics)
  if ((await admin.positions(groupId, topics)).length > 0) return
  for (const topic of topics) {
    const ends = (await admin.logs(topic)).map(({ partition, logEnd }) => ({ topic, partition, position: logEnd }))
    await admin.setPositions(groupId, ends)
  }
}
