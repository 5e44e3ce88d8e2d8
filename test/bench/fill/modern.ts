import { randomUUID } from 'node:crypto'
import {
  type Connection,
  consumerGroupHeartbeatV1,
  createAPI,
  ProtocolError,
  type Reader,
  Writer,
} from '@platformatic/kafka'
import { onConnections, type Place } from './connections.ts'
import type { Plan } from './plan.ts'

const joining = 0
const leaving = -1

/** Groups of the new protocols: in each a member joins, gets its partitions, and leaves. */
export async function fillModernGroups(place: Place, { modernGroups, topics }: Plan): Promise<void> {
  const tasks = Array.from({ length: modernGroups }, (_, index) => index)
  await onConnections(place, { count: 4, tasks }, async (connection, index) => {
    const topic = topics[index % topics.length] ?? ''
    await consumerGroup(connection, `pricing-${index}`, topic)
    await shareGroup(connection, `tasks-${index}`, topic)
  })
}

async function consumerGroup(connection: Connection, group: string, topic: string): Promise<void> {
  const member = randomUUID()
  const beat = (epoch: number, topics: string[] | null) =>
    consumerGroupHeartbeatV1.api.async(connection, group, member, epoch, null, null, 300_000, topics, null, null, [])
  await beat(joining, [topic])
  await beat(leaving, null)
}

async function shareGroup(connection: Connection, group: string, topic: string): Promise<void> {
  const member = randomUUID()
  await shareHeartbeat.async(connection, group, member, joining, [topic])
  await shareHeartbeat.async(connection, group, member, leaving, null)
}

/** ShareGroupHeartbeat v1 (KIP-932), which the library does not have. */
const shareHeartbeat = createAPI(
  76,
  1,
  (group: string, member: string, epoch: number, topics: string[] | null) =>
    Writer.create()
      .appendString(group)
      .appendString(member)
      .appendInt32(epoch)
      .appendString(null) // rack
      .appendArray(topics, (writer, topic) => writer.appendString(topic), true, false)
      .appendTaggedFields(),
  (_correlationId: number, _apiKey: number, _apiVersion: number, reader: Reader) => {
    reader.readInt32() // throttle time
    const errorCode = reader.readInt16()
    if (errorCode !== 0) throw new ProtocolError(errorCode)
    return errorCode
  },
)
