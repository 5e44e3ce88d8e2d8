import { isDeepStrictEqual } from 'node:util'
import { type Offsets, openActor, type Partitions, type Settings } from './actor.ts'
import type { Jvm } from './jvm.ts'
import { until } from './until.ts'

export type Subscription =
  | { readonly topics: readonly string[] }
  /** java.util.regex, evaluated by the client. */
  | { readonly pattern: string }
  /** RE2J, evaluated by the broker (KIP-848; needs protocol `consumer`). */
  | { readonly serverPattern: string }
  /** No membership: a simple group. */
  | { readonly assign: Partitions }

export type ConsumerOptions = Subscription & {
  readonly bootstrap: string
  readonly group: string
  /** `classic` unless given. */
  readonly protocol?: 'classic' | 'consumer'
  /** Makes it a static member. */
  readonly instanceId?: string
  readonly clientId?: string
  /** Classic: range (unless given), roundrobin, sticky, cooperative-sticky. Consumer: uniform, range. */
  readonly assignor?: string
  /** Classic only: how long until a killed member is out; 10 s unless given, 1 s at least. */
  readonly sessionTimeoutMs?: number
  /** Is a member, and reads nothing. */
  readonly paused?: true
  /** Its handler fails at the first record, again and again: it reads it again, and commits the same offset. */
  readonly crashing?: true
  /** Never gives a partition up; when it should, it answers nobody any more. */
  readonly stubborn?: true
  /** More of Kafka's settings, over ours: commits are explicit, reading begins at the earliest offset. */
  readonly config?: Settings
}

export interface ConsumerStatus {
  /** Empty until it is a member. */
  readonly memberId: string
  /** Generation (classic) or member epoch as the client knows it; -1 while it is no member. */
  readonly epoch: number
  readonly assignment: Partitions
  /** How often it was given an assignment. */
  readonly rebalances: number
  readonly records: number
  /** What poll() threw; then it polls no more. */
  readonly failure: string | null
}

export interface JavaConsumer {
  /** For a transactional producer's `sendOffsets`. */
  readonly name: string
  status(): Promise<ConsumerStatus>
  /** Waits until it holds just these partitions; without them, until it is a member that was given an assignment. */
  assigned(partitions?: Partitions, withinMs?: number): Promise<ConsumerStatus>
  /** commitSync of these offsets; without them, of what it has read. */
  commit(offsets?: Offsets, metadata?: string): Promise<void>
  subscribe(to: Subscription): Promise<void>
  unsubscribe(): Promise<void>
  /** Classic only: enforceRebalance(). */
  rejoin(): Promise<void>
  /** A static member stays in the group unless told to leave. */
  close(membership?: 'LEAVE_GROUP' | 'REMAIN_IN_GROUP'): Promise<void>
}

/** A KafkaConsumer that polls without end. */
export async function javaConsumer(jvm: Jvm, options: ConsumerOptions): Promise<JavaConsumer> {
  const { name, ask } = await openActor(jvm, {
    kind: 'consumer',
    config: settings(options),
    ...subscription(options),
    paused: options.paused === true,
    crashing: options.crashing === true,
    stubborn: options.stubborn === true,
  })
  const status = async () => (await ask('status')) as ConsumerStatus
  return {
    name,
    status,
    assigned: (partitions, withinMs) =>
      until({
        what: `${name} of ${options.group} has ${partitions === undefined ? 'an assignment' : JSON.stringify(partitions)}`,
        ask: status,
        good: now => {
          if (now.failure !== null) throw new Error(`${name} of ${options.group}: ${now.failure}`)
          return partitions === undefined ? now.rebalances > 0 : isDeepStrictEqual(now.assignment, partitions)
        },
        ...(withinMs === undefined ? {} : { withinMs }),
      }),
    commit: async (offsets, metadata) => void (await ask('commit', { offsets, metadata })),
    subscribe: async to => void (await ask('subscribe', subscription(to))),
    unsubscribe: async () => void (await ask('unsubscribe')),
    rejoin: async () => void (await ask('rejoin')),
    close: async membership => void (await ask('close', { membership })),
  }
}

function subscription(options: Subscription): Readonly<Record<string, unknown>> {
  if ('topics' in options) return { topics: options.topics }
  if ('pattern' in options) return { pattern: options.pattern }
  if ('serverPattern' in options) return { serverPattern: options.serverPattern }
  return { assign: options.assign }
}

function settings(options: ConsumerOptions): Settings {
  const { bootstrap, group, protocol = 'classic', instanceId, clientId, sessionTimeoutMs = 10_000 } = options
  return {
    'bootstrap.servers': bootstrap,
    'group.id': group,
    'group.protocol': protocol,
    'enable.auto.commit': 'false',
    'auto.offset.reset': 'earliest',
    'metadata.max.age.ms': '1000',
    ...(instanceId === undefined ? {} : { 'group.instance.id': instanceId }),
    ...(clientId === undefined ? {} : { 'client.id': clientId }),
    ...assignor(protocol, options.assignor),
    // A member hears of a rebalance with its next heartbeat.
    ...(protocol === 'classic'
      ? { 'session.timeout.ms': String(sessionTimeoutMs), 'heartbeat.interval.ms': '300' }
      : {}),
    ...options.config,
  }
}

const classicAssignors = new Map([
  ['range', 'RangeAssignor'],
  ['roundrobin', 'RoundRobinAssignor'],
  ['sticky', 'StickyAssignor'],
  ['cooperative-sticky', 'CooperativeStickyAssignor'],
])

function assignor(protocol: 'classic' | 'consumer', name: string | undefined): Settings {
  if (protocol === 'consumer') return name === undefined ? {} : { 'group.remote.assignor': name }
  const known = classicAssignors.get(name ?? 'range')
  if (known === undefined)
    throw new RangeError(`unknown assignor ${name}; known: ${[...classicAssignors.keys()].join(', ')}`)
  return { 'partition.assignment.strategy': `org.apache.kafka.clients.consumer.${known}` }
}
