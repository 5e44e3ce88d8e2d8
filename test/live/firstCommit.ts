import { Connection, offsetCommitV9 } from '@platformatic/kafka'
import kafkajs from 'kafkajs'
import { until } from '../clients/until.ts'
import type { Kafka } from '../servers/kafka.ts'

/** Makes topic `orders`, and `__consumer_offsets` with one record: an offset of group `shipping`, which has no members. */
export async function firstCommit(kafka: Kafka): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: 'orders', numPartitions: 1 }] })
  // The first question about a group makes the topic of all groups; it is answered when that is there.
  await until({
    what: 'the coordinator',
    ask: () => admin.fetchOffsets({ groupId: 'shipping' }).catch(() => null),
    good: answer => answer !== null,
  })
  await admin.disconnect()
  const [host = '', port] = kafka.bootstrap.split(':')
  const connection = new Connection('koff-tests')
  await connection.connect(host, Number(port))
  const offset = { partitionIndex: 0, committedOffset: 1n, committedLeaderEpoch: -1, committedMetadata: '' }
  await offsetCommitV9.api.async(connection, 'shipping', -1, '', null, [{ name: 'orders', partitions: [offset] }])
  await connection.close()
}
