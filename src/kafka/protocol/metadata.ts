import type { Address } from '../../base/address.ts'
import { readBool, readInt16, readInt32, readUuid } from '../records/reader.ts'
import type { Request } from './request.ts'
import { writeArray, writeBool, writeNullableText, writeText, writeUuid } from './requestWriter.ts'
import {
  type ResponseReader,
  readArray,
  readInt32s,
  readNullableText,
  readText,
  readThrottleTime,
} from './responseReader.ts'

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

export interface ClusterMetadata {
  /** '' where the broker has none. */
  readonly clusterId: string
  /** Node id → its address. */
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
  /** Node id; -1 for none. */
  readonly leader: number
  /** -1 where the broker does not say. */
  readonly leaderEpoch: number
}

/** Which topics to ask for: by name, by id (brokers since 3.1), or null for all topics that the client may see. */
export type TopicSelection = { readonly names: readonly string[] } | { readonly ids: readonly string[] } | null

/** Brokers that speak this version take topic ids in a selection. */
export const metadataByTopicId = 12

/** Kafka's zero UUID: no id. */
const noId = 'AAAAAAAAAAAAAAAAAAAAAA'

/** Asks a broker about the cluster; never makes it create a topic. An error of a topic is its `errorCode`. */
export const metadata: Request<TopicSelection, ClusterMetadata> = {
  name: 'Metadata',
  key: 3,
  versions: [12, 11, 10, 9],
  flexibleFrom: 9,
  write: (writer, selection, version) => {
    if (selection !== null && 'ids' in selection) {
      writeArray(writer, selection.ids, id => {
        writeUuid(writer, id)
        writeNullableText(writer, null)
      })
    } else {
      writeArray(writer, selection?.names ?? null, name => {
        if (version >= 10) writeUuid(writer, noId)
        writeText(writer, name)
      })
    }
    writeBool(writer, false) // allow_auto_topic_creation
    if (version <= 10) writeBool(writer, false) // include_cluster_authorized_operations
    writeBool(writer, false) // include_topic_authorized_operations
  },
  read: (reader, version) => {
    readThrottleTime(reader)
    const nodes = readArray(reader, 'brokers', (): [number, Address] => {
      const node = readInt32(reader)
      const address = { host: readText(reader, 'host'), port: readInt32(reader) }
      readNullableText(reader, 'rack')
      return [node, address]
    })
    const clusterId = readNullableText(reader, 'cluster_id') ?? ''
    readInt32(reader) // controller
    const topics = readArray(reader, 'topics', (): TopicMetadata => {
      const errorCode = readInt16(reader)
      const name = readNullableText(reader, 'name') ?? ''
      const id = version >= 10 ? readUuid(reader) : noId
      readBool(reader) // internal
      const partitions = readArray(reader, 'partitions', () => readPartition(reader))
      readInt32(reader) // authorized operations
      return { name, id: id === noId ? null : id, errorCode, partitions }
    })
    return { clusterId, nodes: new Map(nodes), topics }
  },
}

function readPartition(reader: ResponseReader): PartitionMetadata {
  readInt16(reader) // error code: a leader of -1 says the same
  const partition = readInt32(reader)
  const leader = readInt32(reader)
  const leaderEpoch = readInt32(reader)
  for (const field of ['replica_nodes', 'isr_nodes', 'offline_replicas']) readInt32s(reader, field)
  return { partition, leader, leaderEpoch }
}
