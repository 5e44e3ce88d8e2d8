import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import { KoffError } from '../../errors.ts'

/** What the topic of the events is to be, where koff has to create it. */
export interface TopicPlan {
  readonly topic: string
  readonly partitions: number
  /** -1: the cluster's own default. */
  readonly replicationFactor: number
}

/**
 * Creates the topic if it is missing; else checks that it keeps events.
 * @throws KoffError TOPIC_UNFIT where it is compacted; what kafkajs throws.
 */
export async function ensureTopic(kafka: Kafka, plan: TopicPlan): Promise<void> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const topics = await admin.listTopics()
    if (topics.includes(plan.topic)) await checkTopic(admin, plan.topic)
    else await createTopic(admin, plan)
  } finally {
    await admin.disconnect()
  }
}

/**
 * The largest records are group metadata with thousands of members; an event about one must not stop the stream, and
 * Kafka's default of 1 MiB is too little for it.
 */
const maxMessageBytes = 16 * 1024 * 1024

async function createTopic(admin: Admin, plan: TopicPlan): Promise<void> {
  await admin.createTopics({
    waitForLeaders: true,
    topics: [
      {
        topic: plan.topic,
        numPartitions: plan.partitions,
        replicationFactor: plan.replicationFactor,
        configEntries: [
          { name: 'cleanup.policy', value: 'delete' },
          { name: 'max.message.bytes', value: String(maxMessageBytes) },
        ],
      },
    ],
  })
}

async function checkTopic(admin: Admin, topic: string): Promise<void> {
  const policy = await cleanupPolicy(admin, topic)
  if (policy?.includes('compact')) {
    throw new KoffError(
      'TOPIC_UNFIT',
      `topic ${topic} has cleanup.policy=${policy}: compaction would leave one event of each group; set it to delete, or name another topic`,
    )
  }
}

/** Null where koff may not see it, which takes DescribeConfigs and no more than that to write. */
async function cleanupPolicy(admin: Admin, topic: string): Promise<string | null> {
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: ['cleanup.policy'] }],
    })
    return resources[0]?.configEntries.find(entry => entry.configName === 'cleanup.policy')?.configValue ?? null
  } catch (error) {
    if (error instanceof Error && 'type' in error && error.type === 'TOPIC_AUTHORIZATION_FAILED') return null
    throw error
  }
}
