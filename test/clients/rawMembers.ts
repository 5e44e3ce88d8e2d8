import {
  Connection,
  consumerGroupHeartbeatV1,
  joinGroupV3,
  leaveGroupV3,
  offsetCommitV9,
  syncGroupV3,
} from '@platformatic/kafka'
import kafkajs from 'kafkajs'

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol
const sessionTimeoutMs = 300_000
const userData = Buffer.alloc(0)

/** A member of a group that sends single requests, so that it can have what no client would. */
export interface RawMember extends AsyncDisposable {
  commit(topic: string, partition: number, offset: number): Promise<void>
  leave(): Promise<void>
}

export interface RawMemberOptions {
  /** host:port */
  readonly bootstrap: string
  readonly group: string
  readonly clientId: string
  readonly topic: string
}

/** The only member of a classic group, which assigns itself these partitions, whether they are there or not. */
export async function classicMember(
  options: RawMemberOptions & { readonly partitions: readonly number[] },
): Promise<RawMember> {
  const { group, topic, partitions } = options
  const connection = await connect(options)
  const metadata = MemberMetadata.encode({ version: 0, topics: [topic], userData })
  const protocols = [{ name: 'range', metadata }]
  // Version 3 gives a member id at once; later ones ask to join again with it.
  const joined = await joinGroupV3.api.async(
    connection,
    group,
    sessionTimeoutMs,
    60_000,
    '',
    null,
    'consumer',
    protocols,
  )
  const { memberId, generationId } = joined
  const assignment = MemberAssignment.encode({ version: 0, assignment: { [topic]: [...partitions] }, userData })
  await syncGroupV3.api.async(connection, group, generationId, memberId, null, null, null, [{ memberId, assignment }])
  return {
    commit: commitOf(connection, group, { memberId, epoch: generationId }),
    leave: async () => void (await leaveGroupV3.api.async(connection, group, [{ memberId }])),
    [Symbol.asyncDispose]: () => connection.close(),
  }
}

/** A member of a consumer group (KIP-848). It sends no heartbeats: its session ends after 45 s, or as the group is configured. */
export async function consumerGroupMember(
  options: RawMemberOptions & { readonly memberId: string },
): Promise<RawMember> {
  const { group, topic, memberId } = options
  const connection = await connect(options)
  const beat = (epoch: number, topics: string[] | null) =>
    consumerGroupHeartbeatV1.api.async(connection, group, memberId, epoch, null, null, 60_000, topics, null, null, [])
  const { memberEpoch } = await beat(0, [topic])
  return {
    commit: commitOf(connection, group, { memberId, epoch: memberEpoch }),
    leave: async () => void (await beat(-1, null)),
    [Symbol.asyncDispose]: () => connection.close(),
  }
}

async function connect({ bootstrap, clientId }: RawMemberOptions): Promise<Connection> {
  const [host = '', port] = bootstrap.split(':')
  const connection = new Connection(clientId)
  await connection.connect(host, Number(port))
  return connection
}

function commitOf(connection: Connection, group: string, { memberId, epoch }: { memberId: string; epoch: number }) {
  return async (topic: string, partition: number, offset: number) => {
    const partitions = [
      { partitionIndex: partition, committedOffset: BigInt(offset), committedLeaderEpoch: -1, committedMetadata: '' },
    ]
    await offsetCommitV9.api.async(connection, group, epoch, memberId, null, [{ name: topic, partitions }])
  }
}
