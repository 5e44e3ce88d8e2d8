import type { Kafka } from 'kafkajs'

/**
 * Where a group has no position in a topic yet, gives it the end of each partition: what comes from now on is what it reads.
 * A group that has one, or members who are about to, is left as it is.
 */
export async function beginNow(kafka: Kafka, groupId: string, topic: string): Promise<void> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const [known] = await admin.fetchOffsets({ groupId, topics: [topic] })
    if (known?.partitions.some(({ offset }) => offset !== '-1') === true) return
    const ends = await admin.fetchTopicOffsets(topic)
    const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }))
    await admin.setOffsets({ groupId, topic, partitions })
  } finally {
    await admin.disconnect()
  }
}
