import { KoffError } from '../../base/errors.ts'
import { type ClusterAdmin, openClusterAdmin } from '../../kafka/kafkajs/admin.ts'
import type { BrokerOptions } from '../../kafka/net/brokerOptions.ts'
import { maxMessageBytes, raiseLimit } from './raiseLimit.ts'

/** The properties of a topic that koff creates, and the requirements for an existing one. */
export interface TopicPlan {
  readonly topic: string
  readonly partitions: number
  /** The number of brokers, at most 3, unless given. */
  readonly replicationFactor?: number | undefined
  /** One less than the replication factor, at least 1, unless given. */
  readonly minInsyncReplicas?: number | undefined
  /** For the command that changes an unfit topic. */
  readonly brokers: readonly string[]
  /** `delete` keeps every record for a time, `compact` the last record of each key. */
  readonly cleanupPolicy: 'delete' | 'compact'
  /** How long records are kept, where koff has to create it; as the brokers are set unless given. */
  readonly retentionMs?: number | undefined
  /** True where another number of partitions than `partitions` would be wrong. */
  readonly exactPartitions?: boolean
}

/**
 * Creates the topic if it is missing; otherwise checks its properties. Returns its number of partitions.
 * @throws KoffError TOPIC_UNFIT where it does not fit; as `ClusterAdmin`.
 */
export async function ensureTopic(options: BrokerOptions, plan: TopicPlan): Promise<number> {
  await using admin = await openClusterAdmin(options, [plan.topic])
  const topics = await admin.topics()
  return await (topics.includes(plan.topic) ? checkTopic(admin, plan) : createTopic(admin, plan))
}

const leastMessageBytes = 1_048_576
/** Compaction skips the active segment: small segments keep a state topic near the size of the state. */
const compactedSegmentBytes = 64 * 1024 * 1024

async function createTopic(admin: ClusterAdmin, plan: TopicPlan): Promise<number> {
  const { topic, partitions, cleanupPolicy, retentionMs } = plan
  const replicationFactor = plan.replicationFactor ?? Math.min(3, await admin.brokerCount())
  const minInsyncReplicas = plan.minInsyncReplicas ?? Math.max(1, replicationFactor - 1)
  const settings = {
    'cleanup.policy': cleanupPolicy,
    'max.message.bytes': String(maxMessageBytes),
    'min.insync.replicas': String(minInsyncReplicas),
    ...(retentionMs === undefined ? {} : { 'retention.ms': String(retentionMs) }),
    ...(cleanupPolicy === 'compact' ? { 'segment.bytes': String(compactedSegmentBytes) } : {}),
  }
  const isCreated = await admin.createTopic({ topic, partitions, replicationFactor, settings })
  // Another instance may have been faster.
  return isCreated ? partitions : checkTopic(admin, plan)
}

async function checkTopic(admin: ClusterAdmin, plan: TopicPlan): Promise<number> {
  const { topic, partitions } = plan
  // Null without DescribeConfigs, which writing does not need.
  const config = await admin.topicSettings(topic, ['cleanup.policy', 'max.message.bytes'])
  const policy = config?.get('cleanup.policy') ?? null
  if (policy !== null && plan.cleanupPolicy === 'delete' && policy.includes('compact')) {
    throw new KoffError(
      'TOPIC_UNFIT',
      `topic ${topic} has cleanup.policy=${policy}: compaction would keep one event of each group; set it to delete, or use another topic`,
    )
  }
  if (policy !== null && plan.cleanupPolicy === 'compact' && policy !== 'compact') {
    throw new KoffError(
      'TOPIC_UNFIT',
      `topic ${topic} has cleanup.policy=${policy}: koff's state must not expire; set it to compact, or use another topic`,
    )
  }
  const limit = config?.get('max.message.bytes')
  if (limit !== undefined && Number(limit) < leastMessageBytes) {
    throw new KoffError('TOPIC_UNFIT', `topic ${topic} has max.message.bytes=${limit}; ${raiseLimit(plan)}`)
  }
  const found = await admin.partitionCount(topic)
  if (plan.exactPartitions === true && found !== partitions) {
    throw new KoffError(
      'TOPIC_UNFIT',
      `topic ${topic} has ${found} partitions and needs ${partitions}, as many as __consumer_offsets; use another topic, or delete this one if its state is not needed`,
    )
  }
  return found
}
