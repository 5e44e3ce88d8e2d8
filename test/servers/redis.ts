import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type DownloadOptions, embeddedRedis } from './maven.ts'
import { freePort, freePortPair } from './ports.ts'
import { removeTemporary, startProcess, temporaryFolder } from './process.ts'
import { type Server, startServer } from './server.ts'

export interface Redis extends Server {
  readonly host: string
  readonly port: number
  /** redis://127.0.0.1:PORT */
  readonly url: string
  readonly dataFolder: string
}

export interface RedisOptions extends DownloadOptions {
  /** Keep data over `kill` and `restart`, as a production Redis for queues should: every write is on disk. */
  readonly durable?: boolean
  /** A free one unless given. */
  readonly port?: number
  /** More redis-server settings: `{ maxmemory: '50mb' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** Starts a Redis of its own: the redis-server on the PATH, else the one that Maven Central carries. */
export async function startRedis({ durable, settings, port: wanted, ...download }: RedisOptions = {}): Promise<Redis> {
  const command = await redisServer(download)
  const host = '127.0.0.1'
  const isOfCluster = settings?.['cluster-enabled'] === 'yes'
  const port = wanted ?? (await (isOfCluster ? freePortPair(clusterBus) : freePort()))
  const folder = await temporaryFolder('redis')
  const args = {
    bind: host,
    port: String(port),
    dir: folder,
    save: '',
    appendonly: durable === true ? 'yes' : 'no',
    appendfsync: 'always',
    ...settings,
  }
  const server = await startServer({
    what: 'Redis',
    launch: () =>
      startProcess({
        command,
        args: Object.entries(args).flatMap(([key, value]) => [`--${key}`, ...value.split(' ')]),
        folder,
      }),
    probe: () => ping(host, port),
    remove: () => removeTemporary(folder),
    failure: 'SINK_FAILED',
  })
  return Object.assign(server, { host, port, url: `redis://${host}:${port}`, dataFolder: folder })
}

/** A sentinel that watches the Redis on that port as `primary`, and needs nobody's agreement to replace it. */
export async function startSentinel(
  primaryPort: number,
  options: DownloadOptions = {},
): Promise<Server & { readonly port: number }> {
  const command = await redisServer(options)
  const host = '127.0.0.1'
  const port = await freePort()
  const folder = await temporaryFolder('sentinel')
  const file = join(folder, 'sentinel.conf')
  await writeFile(
    file,
    [
      `port ${port}`,
      `bind ${host}`,
      `dir ${folder}`,
      `sentinel monitor primary ${host} ${primaryPort} 1`,
      'sentinel down-after-milliseconds primary 500',
      'sentinel failover-timeout primary 3000',
      '',
    ].join('\n'),
  )
  const server = await startServer({
    what: 'Redis Sentinel',
    launch: () => startProcess({ command, args: [file, '--sentinel'], folder }),
    probe: () => ping(host, port),
    remove: () => removeTemporary(folder),
    failure: 'SINK_FAILED',
  })
  return Object.assign(server, { port })
}

/** The redis-server to run: `redis-server` where the PATH has one that works, else a path of ours. */
async function redisServer(options: DownloadOptions = {}): Promise<string> {
  const onPath = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0
  return onPath ? 'redis-server' : embeddedRedis(options)
}

/** How far above its own port a Redis of a cluster listens for the others, before version 7 always. */
const clusterBus = 10_000
const answerWithinMs = 1_000

function ping(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: answerWithinMs })
    const fail = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.once('error', fail)
    socket.once('timeout', () => fail(new Error('no answer to PING')))
    socket.once('connect', () => socket.write('PING\r\n'))
    socket.once('data', data => {
      // One with a password answers nobody else, but it is up.
      if (!/^(\+PONG|-NOAUTH)/.test(data.toString()))
        return fail(new Error(`PING was answered with ${data.toString()}`))
      socket.end()
      resolve()
    })
  })
}
