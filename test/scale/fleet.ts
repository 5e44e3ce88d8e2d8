import { offsetCommitV9 } from '@platformatic/kafka'
import kafkajs from 'kafkajs'
import { onConnections } from '../bench/fill/connections.ts'
import type { Stage } from '../chaos/stage.ts'
import type { Topic } from './rollingGroup.ts'
import type { LargeGroup } from './scale.ts'

const fleetPartitions = 10
/** Records of each partition of the fleet's topic, which is where all of its groups have committed: nobody lags. */
export const logEnd = 10

export async function commitFleet({ kafka }: Stage, groups: readonly string[]): Promise<void> {
  const port = Number(kafka.brokers[0]?.split(':').at(-1))
  await onConnections({ host: '127.0.0.1', port }, { count: 8, tasks: groups }, async (connection, group) => {
    const partitions = Array.from({ length: fleetPartitions }, (_, partitionIndex) => {
      return { partitionIndex, committedOffset: BigInt(logEnd), committedLeaderEpoch: -1, committedMetadata: '' }
    })
    await offsetCommitV9.api.async(connection, group, -1, '', null, [{ name: 'orders', partitions }])
  })
}

/** What is to be told of each group's commits. */
export const fleetCommits = Array.from({ length: fleetPartitions }, (_, partition) => {
  return `offset-committed orders-${partition} ${logEnd}`
})

export async function fillLog({ kafka, admin }: Stage): Promise<void> {
  // The stage makes it with fewer.
  await admin.createPartitions('orders', fleetPartitions)
  const producer = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING }).producer()
  await producer.connect()
  const messages = Array.from({ length: fleetPartitions * logEnd }, (_, at) => ({
    partition: at % fleetPartitions,
    value: String(at),
  }))
  await producer.send({ topic: 'orders', messages })
  await producer.disconnect()
}

export async function createTopics({ admin }: Stage, large: LargeGroup): Promise<readonly Topic[]> {
  const names = Array.from({ length: large.topics }, (_, at) => `${large.name}-topic-${at}`)
  await admin.createTopics(Object.fromEntries(names.map(name => [name, large.partitionsEach])))
  const ids = await admin.topicIds(...names)
  return names.map(name => ({ id: ids[name] as string, name, partitions: large.partitionsEach }))
}
