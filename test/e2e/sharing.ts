import type { Partitions } from '../clients/actor.ts'
import type { JavaAdmin } from '../clients/admin.ts'
import type { JavaClients } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import type { Known } from './expected.ts'

/** What a test needs to let a group live. */
export interface World {
  readonly bootstrap: string
  readonly java: JavaClients
  readonly admin: JavaAdmin
}

/** Where the lives happen; it has four partitions. */
export const topic = 'orders'
export const topicPartitions = 4

/** Long enough that nobody who lives is taken for dead on a slow machine … */
export const patientSessionMs = 45_000
/** … and for those who are killed. */
export const shortSessionMs = 6_000

/** Creates the topic, with as many records in each partition as groups commit at most: kafkajs commits -2 else. */
export async function createOrders({ bootstrap, java, admin }: World): Promise<void> {
  await admin.createTopics({ [topic]: topicPartitions })
  const producer = await java.producer({ bootstrap })
  for (let partition = 0; partition < topicPartitions; partition += 1) {
    await producer.send({ topic, partition, count: 100, value: 'v' })
  }
  await producer.close()
}

export interface Participant {
  readonly clientId: string
  readonly instanceId?: string
  readonly client: {
    status(): Promise<{ readonly memberId: string; readonly assignment: Partitions; readonly epoch?: number }>
  }
}

/** Waits until these clients share the partitions of the topic, nobody left out; gives them as they know themselves. */
export async function sharing(...participants: readonly Participant[]): Promise<readonly Known[]> {
  const statuses = await until({
    what: `${participants.map(({ clientId }) => clientId).join(', ')} share the partitions`,
    ask: () => Promise.all(participants.map(({ client }) => client.status())),
    good: all => {
      const held = all.map(({ assignment }) => assignment[topic] ?? [])
      const isAgreed = new Set(all.map(({ epoch }) => epoch)).size === 1
      const isFair = held.every(({ length }) => length > 0) && held.flat().length === topicPartitions
      return isAgreed && isFair && new Set(held.flat()).size === topicPartitions
    },
    withinMs: 60_000,
  })
  return participants.map(({ clientId, instanceId }, i) => {
    const { memberId: id = '', assignment = {} } = statuses[i] ?? {}
    return { id, clientId, ...(instanceId === undefined ? {} : { instanceId }), topics: [topic], assignment }
  })
}

export interface Commit {
  readonly partition?: number
  readonly offset: number
  readonly previous: number | null
  readonly metadata?: string
  readonly transactional?: true
}

/** The data of `offset-committed`. None of the clients tells a leader epoch. */
export function committed({ partition = 0, offset, previous, metadata = '', transactional }: Commit) {
  return { topic, partition, offset, previous, metadata, leaderEpoch: null, transactional: transactional === true }
}

/** The data of `offset-reset` and, without a direction, of `offset-rewound`. */
export function moved(partition: number, from: number, to: number, direction?: 'forward' | 'backward') {
  return { topic, partition, from, to, ...(direction === undefined ? {} : { direction }) }
}

/** The data of `offset-deleted`. */
export function deleted(partition: number, lastOffset: number, cause: 'group-deleted' | 'unknown' = 'group-deleted') {
  return { topic, partition, lastOffset, cause }
}
