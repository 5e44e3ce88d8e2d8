import { metadataV9, metadataV10, metadataV11, metadataV12 } from '@platformatic/kafka'
import type { Address } from './address.ts'
import { answerOf } from './answer.ts'
import { pickVersion } from './apiVersions.ts'
import type { BrokerConnection } from './connection.ts'

export interface ClusterMetadata {
  /** '' where the broker has none. */
  readonly clusterId: string
  /** Node id → where it listens. */
  readonly nodes: ReadonlyMap<number, Address>
  readonly topics: readonly TopicMetadata[]
}

export interface TopicMetadata {
  readonly name: string
  /** URL-safe base64 without padding; null from brokers before 2.8, which have no topic ids. */
  readonly id: string | null
  /** Kafka's error code of the topic, 0 for none. */
  readonly errorCode: number
  readonly partitions: readonly PartitionMetadata[]
}

export interface PartitionMetadata {
  readonly partition: number
  /** Node id, -1 while there is none. */
  readonly leader: number
  /** -1 where the broker tells none. */
  readonly leaderEpoch: number
}

/** Which topics to ask for: by name, by id (brokers since 3.1), or null for all that may be seen. */
export type TopicSelection = { readonly names: readonly string[] } | { readonly ids: readonly string[] } | null

const versions = [12, 11, 10, 9] as const
const apis = {
  12: metadataV12.api,
  11: metadataV11.api,
  10: metadataV10.api,
  9: metadataV9.api,
}

/** Asks one broker about the cluster; never makes it create a topic. What is wrong with a topic is its `errorCode`. */
export async function askMetadata(connection: BrokerConnection, selection: TopicSelection): Promise<ClusterMetadata> {
  const version = pickVersion('Metadata', versions, connection.versions)
  const topics = selection === null ? null : 'ids' in selection ? selection.ids.map(byId) : [...selection.names]
  const answer = await connection.request('Metadata', library =>
    answerOf<Answer>(apis[version].async(library, topics, false, false)),
  )
  return {
    clusterId: answer.clusterId ?? '',
    nodes: new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }])),
    topics: answer.topics.map(topic => ({
      name: topic.name ?? '',
      id: topicId(topic.topicId),
      errorCode: topic.errorCode,
      partitions: topic.partitions.map(({ partitionIndex, leaderId, leaderEpoch }) => ({
        partition: partitionIndex,
        leader: leaderId,
        leaderEpoch,
      })),
    })),
  }
}

/** True where topics can be asked for by id. */
export function knowsTopicIds(connection: BrokerConnection): boolean {
  return pickVersion('Metadata', versions, connection.versions) === 12
}

type Answer = Pick<metadataV12.MetadataResponse, 'clusterId' | 'brokers' | 'topics'>

function byId(id: string): metadataV12.MetadataRequestTopic {
  const hex = Buffer.from(id, 'base64url').toString('hex')
  return { topicId: hex, name: null }
}

const noId = 'AAAAAAAAAAAAAAAAAAAAAA'

function topicId(uuid: string): string | null {
  const id = Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url')
  return id === noId || id === '' ? null : id
}
