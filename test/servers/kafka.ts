import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { classArchive } from './archive.ts'
import { clusterOf } from './cluster.ts'
import { format, kafkaUuid } from './format.ts'
import { type DownloadOptions, kafkaJars } from './maven.ts'
import { freePort } from './ports.ts'
import { removeTemporary, startProcess, temporaryFolder } from './process.ts'
import { type BrokerPlace, type Listener, propertiesFile, type Quorum, serverProperties } from './properties.ts'
import { type Server, startServer } from './server.ts'
import { requireJava } from './toolchain.ts'
import { versions } from './versions.ts'
import { startZooKeeper } from './zookeeper.ts'

export interface KafkaOptions extends DownloadOptions {
  /** 1 unless given. With 3 the internal topics have 3 replicas, and the cluster survives the loss of any one. */
  readonly brokers?: number
  /** 4.3.0 unless given; 2.4 to 2.8 (with a ZooKeeper of their own), 3.3 and later (KRaft). */
  readonly version?: string
  /** Partitions of `__consumer_offsets`, 4 unless given. */
  readonly offsetsPartitions?: number
  /** More ways in, with TLS or SASL; `properties` says how (`listener.name.<name>.…`). */
  readonly listeners?: readonly Listener[]
  /** More server.properties, over ours: `{ 'offsets.retention.minutes': '1' }`. */
  readonly properties?: Readonly<Record<string, string>>
  /** JVM settings, instead of those that start fast and small: `['-Xmx2g']`. */
  readonly jvm?: readonly string[]
}

/** One broker (which is a controller, too). */
export interface KafkaNode extends Omit<Server, 'stop' | typeof Symbol.asyncDispose> {
  readonly id: number
  /** host:port */
  readonly address: string
  /** Where its segment files are: `<dataFolder>/__consumer_offsets-0/00000000000000000000.log`. */
  readonly dataFolder: string
}

/** `kill`, `shutdown`, `start`, `restart`, `output` of all brokers; `pid` and `dataFolder` are the first one's. */
export interface Kafka extends Server {
  /** host:port of every broker, with commas between. */
  readonly bootstrap: string
  readonly brokers: readonly string[]
  readonly nodes: readonly KafkaNode[]
  readonly clusterId: string
  readonly version: string
  readonly dataFolder: string
}

/** Starts a Kafka cluster of its own (plaintext, loopback); resolves when every broker answers. */
export async function startKafka(options: KafkaOptions = {}): Promise<Kafka> {
  const { version = versions.kafka, jvm = fastAndSmall } = options
  await requireJava()
  const jars = await kafkaJars(version, options)
  // Others are started too seldom to win back what the training takes.
  if (version !== versions.kafka) return launchCluster({ jars, version, jvm, options })
  const shared = await classArchive({
    name: `kafka-${version}`,
    train: async flags => {
      const kafka = await launchCluster({ jars, version, jvm: [...fastAndSmall, ...flags], options: {} })
      await kafka.shutdown()
      await kafka.stop()
    },
  })
  return launchCluster({ jars, version, jvm: [...jvm, ...shared], options })
}

interface Launch {
  readonly jars: string
  readonly version: string
  readonly jvm: readonly string[]
  readonly options: KafkaOptions
}

async function launchCluster(launch: Launch): Promise<Kafka> {
  const { jars, version, options } = launch
  const folder = await temporaryFolder('kafka')
  const zookeeper = version.startsWith('2.') ? await startZooKeeper({ jars, folder }) : null
  const remove = async () => {
    await zookeeper?.stop()
    await removeTemporary(folder)
  }
  try {
    const id = kafkaUuid()
    const quorum = zookeeper === null ? 'kraft' : { zookeeper: zookeeper.address }
    const places = await Promise.all(
      Array.from({ length: options.brokers ?? 1 }, async (_, index) => ({
        id: index + 1,
        port: await freePort(),
        controllerPort: await freePort(),
        folder: join(folder, `broker-${index + 1}`),
      })),
    )
    const settled = await Promise.allSettled(
      places.map(place => startNode({ ...launch, place, places, quorum, clusterId: id })),
    )
    const nodes = settled.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
    const failed = settled.find(result => result.status === 'rejected')
    if (failed !== undefined) {
      await Promise.all(nodes.map(node => node.stop()))
      throw failed.reason
    }
    const brokers = nodes.map(({ address }) => address)
    // With ZooKeeper the first broker gives the cluster its id.
    const clusterId = zookeeper === null ? id : await clusterOf(brokers[0] ?? '', { brokers: brokers.length })
    return cluster({ nodes, remove, bootstrap: brokers.join(','), brokers, clusterId, version })
  } catch (error) {
    await remove()
    throw error
  }
}

interface NodeLaunch extends Launch {
  readonly place: BrokerPlace
  readonly places: readonly BrokerPlace[]
  readonly quorum: Quorum
  readonly clusterId: string
}

async function startNode(launch: NodeLaunch): Promise<StartedNode> {
  const { jars, version, jvm, options, place, places, quorum, clusterId } = launch
  const { id, folder } = place
  const address = `127.0.0.1:${place.port}`
  await mkdir(folder, { recursive: true })
  if (quorum === 'kraft') await format({ jars, version, clusterId, place })
  const config = join(folder, 'server.properties')
  await writeFile(config, propertiesFile(serverProperties(place, places, { version, quorum, ...options })))
  const server = await startServer({
    what: `Kafka ${version} broker ${id}`,
    launch: () =>
      startProcess({
        command: 'java',
        args: [...jvm, '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', `${jars}/*`, 'kafka.Kafka', config],
        folder,
        temporary: dirname(folder),
      }),
    probe: async () => void (await clusterOf(address, { brokers: places.length })),
    remove: async () => undefined,
    failure: 'BROKER_UNREACHABLE',
  })
  return Object.assign(server, { id, address, dataFolder: join(folder, 'data') })
}

type StartedNode = KafkaNode & Server

interface ClusterParts {
  readonly nodes: readonly StartedNode[]
  readonly remove: () => Promise<void>
  readonly bootstrap: string
  readonly brokers: readonly string[]
  readonly clusterId: string
  readonly version: string
}

function cluster({ nodes, remove, ...facts }: ClusterParts): Kafka {
  const all = async (act: (node: StartedNode) => Promise<void>) => void (await Promise.all(nodes.map(act)))
  const [first] = nodes
  if (first === undefined) throw new RangeError('a cluster has at least one broker')
  const stop = async () => {
    await all(node => node.stop())
    await remove()
  }
  return {
    ...facts,
    nodes,
    dataFolder: first.dataFolder,
    get pid() {
      return first.pid
    },
    kill: () => all(node => node.kill()),
    start: () => all(node => node.start()),
    shutdown: () => all(node => node.shutdown()),
    restart: () => all(node => node.restart()),
    stop,
    output: () => nodes.map(node => node.output()).join('\n'),
    [Symbol.asyncDispose]: stop,
  }
}

/** The just-in-time compiler's first stage alone: less processor time until a broker of a test has had its few minutes. */
const fastAndSmall = ['-Xms96m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
