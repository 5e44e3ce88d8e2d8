import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { freePort } from './ports.ts'
import { startProcess } from './process.ts'
import { propertiesFile } from './properties.ts'
import { type Server, startServer } from './server.ts'

export interface ZooKeeperOptions {
  /** The folder of the jars of a Kafka that comes with a ZooKeeper. */
  readonly jars: string
  /** Of the cluster, temporary; it is not removed. */
  readonly folder: string
}

export interface ZooKeeper extends Server {
  /** host:port */
  readonly address: string
}

/** Starts the ZooKeeper that a Kafka before KRaft keeps its metadata in. */
export async function startZooKeeper({ jars, folder }: ZooKeeperOptions): Promise<ZooKeeper> {
  const port = await freePort()
  const home = join(folder, 'zookeeper')
  await mkdir(home)
  const config = join(home, 'zoo.properties')
  const settings = {
    dataDir: join(home, 'data'),
    clientPort: String(port),
    clientPortAddress: '127.0.0.1',
    // The shortest session is two of these.
    tickTime: '500',
    'admin.enableServer': 'false',
  }
  await writeFile(config, propertiesFile(settings))
  const jvm = [
    '-Xmx96m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  ]
  const args = [...jvm, '-cp', `${jars}/*`, 'org.apache.zookeeper.server.quorum.QuorumPeerMain', config]
  const server = await startServer({
    what: 'ZooKeeper',
    launch: () => startProcess({ command: 'java', args, folder: home, temporary: dirname(home) }),
    probe: () => answers(port),
    remove: async () => undefined,
    failure: 'BROKER_UNREACHABLE',
  })
  return Object.assign(server, { address: `127.0.0.1:${port}` })
}

const answerWithinMs = 1_000

/** Of its four-letter commands the one that is not switched off. */
function answers(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: answerWithinMs })
    const fail = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.once('error', fail)
    socket.once('timeout', () => fail(new Error('no answer to srvr')))
    socket.once('connect', () => socket.write('srvr'))
    socket.once('data', data => {
      if (!data.toString().includes('Zookeeper version')) return fail(new Error(`srvr: ${data.toString()}`))
      socket.end()
      resolve()
    })
  })
}
