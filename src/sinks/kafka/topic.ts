import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import { KoffError } from '../../base/errors.ts'
import { maxMessageBytes, raiseLimit } from './raiseLimit.ts'

/** What a topic is to be, where koff has to create it, and what it must be where it is there. */
export interface TopicPlan {
  readonly topic: string
  readonly partitions: number
  /** As many brokers as there are, at most 3, unless given. */
  readonly replicationFactor?: number | undefined
  /** One less than the replication factor, at least 1, unless given. */
  readonly minInsyncReplicas?: number | undefined
  /** For the command that changes a topic that does not fit. */
  readonly brokers: readonly string[]
  /** `delete` keeps every record for a time, `compact` the last of each key. */
  readonly cleanupPolicy: 'delete' | 'compact'
  /** True where another number of partitions than `partitions` would be wrong. */
  readonly exactPartitions?: boolean
}

/**
 * Creates the topic if it is missing; else checks that it keeps what it has to. Gives how many partitions it has.
 * @throws KoffError TOPIC_UNFIT where it does not fit; what kafkajs throws.
 */
export async function ensureTopic(kafka: Kafka, plan: TopicPlan): Promise<number> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const topics = await admin.listTopics()
    return await (topics.includes(plan.topic) ? checkTopic(admin, plan) : createTopic(admin, plan))
  } finally {
    await admin.disconnect()
  }
}

const leastMessageBytes = 1_048_576
/** Compaction leaves the segment that is written to alone: small ones keep a state topic near the size of the state. */
const compactedSegmentBytes = 64 * 1024 * 1024

async function createTopic(admin: Admin, plan: TopicPlan): Promise<number> {
  const { topic, partitions, cleanupPolicy } = plan
  const replicationFactor = plan.replicationFactor ?? Math.min(3, (await admin.describeCluster()).brokers.length)
  const minInsyncReplicas = plan.minInsyncReplicas ?? Math.max(1, replicationFactor - 1)
  const configEntries = [
    { name: 'cleanup.policy', value: cleanupPolicy },
    { name: 'max.message.bytes', value: String(maxMessageBytes) },
    { name: 'min.insync.replicas', value: String(minInsyncReplicas) },
  ]
  if (cleanupPolicy === 'compact') configEntries.push({ name: 'segment.bytes', value: String(compactedSegmentBytes) })
  try {
    const topics = [{ topic, numPartitions: partitions, replicationFactor, configEntries }]
    await admin.createTopics({ waitForLeaders: true, topics })
    return partitions
  } catch (error) {
    // Another instance was faster.
    if (!(error instanceof Error && hasType(error, 'TOPIC_ALREADY_EXISTS'))) throw error
    return await checkTopic(admin, plan)
  }
}

async function checkTopic(admin: Admin, plan: TopicPlan): Promise<number> {
  const { topic, partitions } = plan
  const config = await configOf(admin, topic)
  const policy = config?.get('cleanup.policy') ?? null
  if (policy !== null && plan.cleanupPolicy === 'delete' && policy.includes('compact')) {
    throw new KoffError(
      'TOPIC_UNFIT',
      `topic ${topic} has cleanup.policy=${policy}: compaction would leave one event of each group; set it to delete, or name another topic`,
    )
  }
  if (policy !== null && plan.cleanupPolicy === 'compact' && policy !== 'compact') {
    throw new KoffError(
      'TOPIC_UNFIT',
      `topic ${topic} has cleanup.policy=${policy}: it holds koff's state, of which nothing may expire; set it to compact, or name another topic`,
    )
  }
  const limit = config?.get('max.message.bytes')
  if (limit !== undefined && Number(limit) < leastMessageBytes) {
    throw new KoffError('TOPIC_UNFIT', `topic ${topic} has max.message.bytes=${limit}; ${raiseLimit(plan)}`)
  }
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  const found = topics[0]?.partitions.length ?? 0
  if (plan.exactPartitions === true && found !== partitions) {
    throw new KoffError(
      'TOPIC_UNFIT',
      `topic ${topic} has ${found} partitions and needs ${partitions}, as many as __consumer_offsets; name another topic, or delete this one if nobody needs its state`,
    )
  }
  return found
}

/** Null where koff may not see it: that takes DescribeConfigs, which nobody needs to write. */
async function configOf(admin: Admin, topic: string): Promise<ReadonlyMap<string, string> | null> {
  try {
    const configNames = ['cleanup.policy', 'max.message.bytes']
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames }],
    })
    return new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]))
  } catch (error) {
    if (error instanceof Error && hasType(error, 'TOPIC_AUTHORIZATION_FAILED')) return null
    throw error
  }
}

function hasType(error: Error, type: string): boolean {
  if ('type' in error && error.type === type) return true
  return (
    'errors' in error &&
    Array.isArray(error.errors) &&
    error.errors.some(part => part instanceof Error && hasType(part, type))
  )
}
