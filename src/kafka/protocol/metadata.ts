import type { BrokerConnection } from '../client/connection.ts'
import type { Address } from '../net/address.ts'
import { readBool, readInt16, readInt32, readUuid } from '../records/reader.ts'
import { pickVersion } from './apiVersions.ts'
import { type RequestWriter, writeArray, writeBool, writeNullableText, writeText, writeUuid } from './requestWriter.ts'
import { type ResponseReader, readArray, readInt32s, readNullableText, readText } from './responseReader.ts'

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
type MetadataVersion = (typeof versions)[number]

/** Asks one broker about the cluster; never makes it create a topic. What is wrong with a topic is its `errorCode`. */
export async function askMetadata(connection: BrokerConnection, selection: TopicSelection): Promise<ClusterMetadata> {
  const version = pickVersion('Metadata', versions, connection.versions)
  return connection.ask({
    name: 'Metadata',
    version,
    write: writer => writeRequest(writer, version, selection),
    read: reader => readResponse(reader, version),
  })
}

/** True where topics can be asked for by id. */
export function knowsTopicIds(connection: BrokerConnection): boolean {
  return pickVersion('Metadata', versions, connection.versions) === 12
}

/** Kafka's way to say that there is no id. */
const noId = 'AAAAAAAAAAAAAAAAAAAAAA'

/** Layout: Kafka's MetadataRequest. */
function writeRequest(writer: RequestWriter, version: MetadataVersion, selection: TopicSelection): void {
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
  writeBool(writer, false) // make topics that are not there
  if (version <= 10) writeBool(writer, false) // what koff may do with the cluster
  writeBool(writer, false) // what koff may do with the topics
}

/** Layout: Kafka's MetadataResponse. */
function readResponse(reader: ResponseReader, version: MetadataVersion): ClusterMetadata {
  readInt32(reader) // throttle time
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
    readInt32(reader) // what koff may do with it
    return { name, id: id === noId ? null : id, errorCode, partitions }
  })
  return { clusterId, nodes: new Map(nodes), topics }
}

function readPartition(reader: ResponseReader): PartitionMetadata {
  readInt16(reader) // error code: a leader that is not there says as much
  const partition = readInt32(reader)
  const leader = readInt32(reader)
  const leaderEpoch = readInt32(reader)
  for (const field of ['replica_nodes', 'isr_nodes', 'offline_replicas']) readInt32s(reader, field)
  return { partition, leader, leaderEpoch }
}
