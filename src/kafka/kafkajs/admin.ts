import kafkajs, { type Admin } from 'kafkajs'
import { causesOf } from '../../base/systemReason.ts'
import type { BrokerCall } from '../client/accessRefusal.ts'
import type { BrokerOptions } from '../net/brokerOptions.ts'
import type { ErrorName } from '../protocol/errors.ts'
import type { TopicPartition } from '../protocol/metadata.ts'
import type { Assignment } from './assignor.ts'
import { kafkajsClient } from './client.ts'
import { withReason } from './coordinatorReason.ts'
import { errorType, kafkajsFault } from './fault.ts'

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol

/** The next offset to read of a partition. */
export interface PartitionPosition extends TopicPartition {
  readonly position: number
}

export interface PartitionLog extends TopicPartition {
  readonly logStart: number
  readonly logEnd: number
}

export interface DescribedGroup {
  readonly groupId: string
  /** As Kafka's Admin names it: `Stable`, `Empty`, … */
  readonly state: string
  readonly members: readonly DescribedMember[]
}

export interface DescribedMember {
  readonly memberId: string
  /** What the member sent to the leader beside its topics; null while the group rebalances. */
  readonly userData: Buffer | null
  /** Empty where it has no partition, and while the group rebalances. */
  readonly assignment: Assignment
  /** What the leader of the group wrote beside the partitions of the member; null where there is no assignment. */
  readonly assignedUserData: Buffer | null
}

export interface NewTopic {
  readonly topic: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly settings: Readonly<Record<string, string>>
}

/** Administrative requests through kafkajs. All fail with a `KoffError`. */
export interface ClusterAdmin extends AsyncDisposable {
  topics(): Promise<readonly string[]>
  brokerCount(): Promise<number>
  partitionCount(topic: string): Promise<number>
  /** False where a topic of that name exists. */
  createTopic(topic: NewTopic): Promise<boolean>
  /** The values of these settings; null without DescribeConfigs. */
  topicSettings(topic: string, names: readonly string[]): Promise<ReadonlyMap<string, string> | null>
  /** Where the logs of all partitions of a topic start and end. */
  logs(topic: string): Promise<readonly PartitionLog[]>
  /** Partitions without a position are left out. */
  positions(groupId: string, topics: readonly string[]): Promise<readonly PartitionPosition[]>
  /** Of a group without members. */
  setPositions(groupId: string, positions: readonly PartitionPosition[]): Promise<void>
  describeGroups(groupIds: readonly string[]): Promise<readonly DescribedGroup[]>
}

/** `topics` are those that the caller is about, for the message of an error. */
export async function openClusterAdmin(options: BrokerOptions, topics: readonly string[]): Promise<ClusterAdmin> {
  const client = kafkajsClient(options)
  const admin = client.kafka.admin()
  const call = async <T>(work: () => Promise<T>, about: Partial<BrokerCall> = {}): Promise<T> => {
    const named = { brokers: options.brokers, topic: topics.join(), ...about }
    try {
      return await work()
    } catch (error) {
      throw kafkajsFault(await withReason(error, options, named), named)
    }
  }
  try {
    await call(() => admin.connect())
  } catch (error) {
    client[Symbol.dispose]()
    throw error
  }
  return {
    topics: () => call(() => admin.listTopics()),
    brokerCount: () => call(async () => (await admin.describeCluster()).brokers.length),
    partitionCount: topic =>
      call(async () => (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length ?? 0, {
        topic,
      }),
    createTopic: plan => call(() => createTopic(admin, plan), { topic: plan.topic, creates: true }),
    topicSettings: (topic, names) => call(() => topicSettings(admin, topic, names), { topic }),
    logs: topic =>
      call(
        async () => {
          const logs = await admin.fetchTopicOffsets(topic)
          return logs.map(({ partition, low, high }) => ({
            topic,
            partition,
            logStart: Number(low),
            logEnd: Number(high),
          }))
        },
        { topic, operation: 'Read' },
      ),
    positions: (group, of) =>
      call(
        async () => {
          const found = await admin.fetchOffsets({ groupId: group, topics: [...of] })
          return found.flatMap(({ topic, partitions }) =>
            partitions
              .map(({ partition, offset }) => ({ topic, partition, position: Number(offset) }))
              .filter(({ position }) => position >= 0),
          )
        },
        { operation: 'Read', group },
      ),
    setPositions: (group, positions) =>
      call(
        async () => {
          for (const [topic, ofTopic] of Map.groupBy(positions, at => at.topic)) {
            const partitions = ofTopic.map(({ partition, position }) => ({ partition, offset: String(position) }))
            await admin.setOffsets({ groupId: group, topic, partitions })
          }
        },
        { operation: 'Read', group },
      ),
    describeGroups: groupIds => call(() => describeGroups(admin, groupIds), { group: groupIds.join() }),
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]()
      await admin.disconnect().catch(() => undefined)
    },
  }
}

async function createTopic(admin: Admin, plan: NewTopic): Promise<boolean> {
  const { topic, partitions: numPartitions, replicationFactor, settings } = plan
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
  try {
    const topics = [{ topic, numPartitions, replicationFactor, configEntries }]
    await admin.createTopics({ waitForLeaders: true, topics })
    return true
  } catch (error) {
    if (hasType(error, 'TOPIC_ALREADY_EXISTS')) return false
    throw error
  }
}

async function topicSettings(admin: Admin, topic: string, names: readonly string[]) {
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: [...names] }],
    })
    return new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]))
  } catch (error) {
    if (hasType(error, 'TOPIC_AUTHORIZATION_FAILED')) return null
    throw error
  }
}

async function describeGroups(admin: Admin, groupIds: readonly string[]): Promise<readonly DescribedGroup[]> {
  const { groups } = await admin.describeGroups([...groupIds])
  return groups.map(({ groupId, state, members }) => ({
    groupId,
    state,
    members: members.map(({ memberId, memberMetadata, memberAssignment }) => {
      const assigned = MemberAssignment.decode(memberAssignment)
      return {
        memberId,
        userData: memberMetadata.length === 0 ? null : (MemberMetadata.decode(memberMetadata)?.userData ?? null),
        assignment: assigned?.assignment ?? {},
        assignedUserData: assigned?.userData ?? null,
      }
    }),
  }))
}

function hasType(error: unknown, type: ErrorName): boolean {
  return causesOf(error).some(cause => errorType(cause) === type)
}
