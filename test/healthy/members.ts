import { join } from 'node:path'
import { Consumer } from '@platformatic/kafka'
import type { Subscription } from '../clients/consumer.ts'
import type { JavaClients } from '../clients/java.ts'
import { startKafkajsConsumer } from '../clients/kafkajs.ts'

/** One client that reads and commits by itself. */
export interface Client {
  close(): Promise<unknown>
}

/** A group of the fleet. */
export interface FleetGroup {
  readonly name: string
  /** 2, but for groups whose client is no member. */
  readonly clients: number
  /** Joins as the client of that number, from 0. */
  open(client: number): Promise<Client>
}

export interface Place {
  readonly bootstrap: string
  readonly java: JavaClients
  /** For the state of Kafka Streams. */
  readonly folder: string
}

/** 4 partitions each. Those of `written` get records all the time, those of `transactions` in transactions, `idle` gets none. */
export const topics = { written: ['orders', 'payments'], transactions: 'transfers', idle: 'archive' } as const

const calm = { 'heartbeat.interval.ms': '2000', 'fetch.max.wait.ms': '500', 'metadata.max.age.ms': '30000' }
const autoCommit = { 'enable.auto.commit': 'true', 'auto.commit.interval.ms': '1000' }
const minuteSession = { sessionTimeoutMs: 45_000 }

/** Fifteen groups of all kinds, of three client libraries. */
export function fleetGroups(place: Place, copy: number): FleetGroup[] {
  const { bootstrap, java } = place
  const named = (name: string, open: (group: string, client: number) => Promise<Client>, clients = 2): FleetGroup => {
    const group = `${name}-${copy}`
    return { name: group, clients, open: client => open(group, client) }
  }
  const classic = (of: Subscription, assignor: string, more: { readonly isStatic?: true } = {}) => {
    return (group: string, client: number) =>
      java.consumer({
        ...of,
        ...minuteSession,
        bootstrap,
        group,
        assignor,
        ...(more.isStatic ? { instanceId: `i${client}` } : {}),
        config: { ...calm, ...autoCommit },
      })
  }
  const modern = (of: Subscription, more: { readonly isStatic?: true; readonly assignor?: string } = {}) => {
    return (group: string, client: number) =>
      java.consumer({
        ...of,
        bootstrap,
        group,
        protocol: 'consumer',
        ...(more.assignor === undefined ? {} : { assignor: more.assignor }),
        ...(more.isStatic ? { instanceId: `i${client}` } : {}),
        config: { 'fetch.max.wait.ms': '500', ...autoCommit },
      })
  }
  const written = { topics: topics.written }
  return [
    named('classic-range', classic(written, 'range')),
    named('classic-sticky', classic(written, 'cooperative-sticky')),
    named('classic-static', classic(written, 'roundrobin', { isStatic: true })),
    named('classic-idle', classic({ topics: [topics.idle, 'orders'] }, 'range')),
    named('classic-committed', classic({ topics: [topics.transactions] }, 'sticky')),
    named('consumer-uniform', modern(written)),
    named('consumer-range', modern(written, { assignor: 'range' })),
    named('consumer-static', modern({ topics: [topics.transactions] }, { isStatic: true })),
    named('consumer-regex', modern({ serverPattern: 'pay.*' })),
    named('share', group => java.shareConsumer({ bootstrap, group, topics: topics.written })),
    named('streams', (group, client) => streams(place, 'streams', group, client)),
    named('streams-classic', (group, client) => streams(place, 'classic', group, client)),
    named('kafkajs', group =>
      startKafkajsConsumer({ ...minuteSession, bootstrap, group, topics: [...topics.written], autoCommit: true }),
    ),
    named('platformatic', group => platformatic(bootstrap, group), 1),
    named('assigned', classic({ assign: { orders: [0, 1, 2, 3], [topics.idle]: [0] } }, 'range'), 1),
  ]
}

/** Each instance has a folder of its own: in one process they would wait for each other's state. */
function streams({ bootstrap, java, folder }: Place, protocol: 'classic' | 'streams', group: string, client: number) {
  return java.streams({
    bootstrap,
    applicationId: group,
    protocol,
    topics: ['orders'],
    output: 'counts',
    counting: true,
    config: { 'state.dir': join(folder, `${group}-${client}`), 'commit.interval.ms': '1000' },
  })
}

async function platformatic(bootstrap: string, groupId: string): Promise<Client> {
  const consumer = new Consumer({ groupId, clientId: groupId, bootstrapBrokers: bootstrap.split(',') })
  const stream = await consumer.consume({ topics: [...topics.written], autocommit: 1_000, sessionTimeout: 45_000 })
  stream.resume()
  // A request that is under way when the broker or the group is left is of no interest.
  stream.on('error', () => undefined)
  return {
    close: async () => {
      await stream.close()
      await consumer.close()
    },
  }
}
