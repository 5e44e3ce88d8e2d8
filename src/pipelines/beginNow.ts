import type { Kafka } from 'kafkajs'

/**
 * Where a group has no position in the topics yet, gives it the end of each partition: what comes from now on is what it
 * reads. A group that has one, or members who are about to, is left as it is.
 */
export async function beginNow(kafka: Kafka, groupId: string, topics: readonly string[]): Promise<void> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const known = await admin.fetchOffsets({ groupId, topics: [...topics] })
    if (known.some(({ partitions }) => partitions.some(({ offset }) => offset !== '-1'))) return
    for (const topic of topics) {
      const ends = await admin.fetchTopicOffsets(topic)
      const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }))
      await admin.setOffsets({ groupId, topic, partitions })
    }
  } finally {
    await admin.disconnect()
  }
}
