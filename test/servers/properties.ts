export interface BrokerPlace {
  readonly id: number
  readonly port: number
  readonly controllerPort: number
  readonly folder: string
}

export interface Listener {
  /** Capitals, as in `listener.name.<in small letters>.…`. */
  readonly name: string
  readonly protocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'
  readonly port: number
  /** Which port clients are told, where that is another. */
  readonly advertisedPort?: number
}

/** What keeps a cluster's metadata: the brokers themselves (KRaft), or before that a ZooKeeper at this address. */
export type Quorum = 'kraft' | { readonly zookeeper: string }

export interface PropertyOptions {
  readonly quorum: Quorum
  /** Besides the plain one that the servers themselves and the tests use; for one broker. */
  readonly listeners?: readonly Listener[]
  /** Of Kafka. */
  readonly version: string
  readonly offsetsPartitions?: number
  readonly properties?: Readonly<Record<string, string>>
}

/** The server.properties of one broker; without ZooKeeper every broker of a cluster is a controller, too. */
export function serverProperties(
  place: BrokerPlace,
  places: readonly BrokerPlace[],
  { quorum, version, offsetsPartitions = 4, properties = {}, listeners = [] }: PropertyOptions,
): Record<string, string> {
  const replicas = String(Math.min(3, places.length))
  const minInSync = places.length >= 3 ? '2' : '1'
  const plain: Listener = { name: 'PLAINTEXT', protocol: 'PLAINTEXT', port: place.port }
  const open = [plain, ...listeners]
  const bound = open.map(({ name, port }) => `${name}://127.0.0.1:${port}`)
  const advertised = open.map(({ name, port, advertisedPort = port }) => `${name}://127.0.0.1:${advertisedPort}`)
  const protocols = open.map(({ name, protocol }) => `${name}:${protocol}`)
  return {
    listeners: bound.join(','),
    'listener.security.protocol.map': protocols.join(','),
    ...(quorum === 'kraft' ? kraft(place, places, { bound, protocols }) : zookeeper(place, quorum.zookeeper)),
    'advertised.listeners': advertised.join(','),
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': `${place.folder}/data`,
    'auto.create.topics.enable': 'false',
    ...internalTopics(replicas, minInSync, offsetsPartitions),
    ...(version.startsWith('3.') ? { 'group.coordinator.rebalance.protocols': 'classic,consumer' } : {}),
    ...groups,
    ...small,
    ...properties,
  }
}

/** As the lines of a .properties file. */
export function propertiesFile(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('')
}

interface Listeners {
  readonly bound: readonly string[]
  readonly protocols: readonly string[]
}

function kraft(place: BrokerPlace, places: readonly BrokerPlace[], { bound, protocols }: Listeners) {
  return {
    'process.roles': 'broker,controller',
    'node.id': String(place.id),
    'controller.quorum.voters': places.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(','),
    listeners: [...bound, `CONTROLLER://127.0.0.1:${place.controllerPort}`].join(','),
    'listener.security.protocol.map': [...protocols, 'CONTROLLER:PLAINTEXT'].join(','),
    'controller.listener.names': 'CONTROLLER',
  }
}

/** A broker killed comes back only when ZooKeeper has forgotten its session. */
function zookeeper(place: BrokerPlace, address: string) {
  return {
    'broker.id': String(place.id),
    'zookeeper.connect': address,
    'zookeeper.session.timeout.ms': '2000',
  }
}

function internalTopics(replicas: string, minInSync: string, offsetsPartitions: number): Record<string, string> {
  return {
    'default.replication.factor': replicas,
    'min.insync.replicas': minInSync,
    'offsets.topic.num.partitions': String(offsetsPartitions),
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.num.partitions': '4',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': minInSync,
    'share.coordinator.state.topic.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': minInSync,
  }
}

/**
 * No waiting for more members at the first join, and time-outs that let a test see a member die
 * in seconds: a member of the new protocols is gone 5 s after its last heartbeat; classic clients choose, from 1 s up.
 */
const groups = {
  'group.initial.rebalance.delay.ms': '0',
  'group.min.session.timeout.ms': '1000',
  ...modernTimeouts('consumer'),
  ...modernTimeouts('share'),
  ...modernTimeouts('streams'),
  'group.streams.initial.rebalance.delay.ms': '0',
}

function modernTimeouts(kind: string): Record<string, string> {
  return {
    [`group.${kind}.session.timeout.ms`]: '5000',
    [`group.${kind}.min.session.timeout.ms`]: '1000',
    [`group.${kind}.heartbeat.interval.ms`]: '300',
    [`group.${kind}.min.heartbeat.interval.ms`]: '100',
  }
}

/** The cleaner's map alone would take 128 MB of heap; a broker back after kill -9 waits for its old session to end. */
const small = {
  'log.cleaner.dedupe.buffer.size': '8388608',
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
  'num.network.threads': '2',
  'num.io.threads': '2',
  'log.retention.hours': '-1',
}
