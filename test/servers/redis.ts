import { spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { type DownloadOptions, embeddedRedis } from './maven.ts'
import { freePort } from './ports.ts'
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
  /** More redis-server settings: `{ maxmemory: '50mb' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** Starts a Redis of its own: the redis-server on the PATH, else the one that Maven Central carries. */
export async function startRedis({ durable, settings, ...download }: RedisOptions = {}): Promise<Redis> {
  const command = await redisServer(download)
  const host = '127.0.0.1'
  const port = await freePort()
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
      startProcess({ command, args: Object.entries(args).flatMap(([key, value]) => [`--${key}`, value]), folder }),
    probe: () => ping(host, port),
    remove: () => removeTemporary(folder),
    failure: 'SINK_FAILED',
  })
  return Object.assign(server, { host, port, url: `redis://${host}:${port}`, dataFolder: folder })
}

/** The redis-server to run: `redis-server` where the PATH has one that works, else a path of ours. */
async function redisServer(options: DownloadOptions = {}): Promise<string> {
  const onPath = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0
  return onPath ? 'redis-server' : embeddedRedis(options)
}

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
      if (!data.toString().startsWith('+PONG')) return fail(new Error(`PING was answered with ${data.toString()}`))
      socket.end()
      resolve()
    })
  })
}
