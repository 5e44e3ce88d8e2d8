import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../clients/until.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { startRedis } from '../servers/redis.ts'
import { startRegistry } from '../servers/registry.ts'

describe('a Kafka broker', () => {
  let kafka: Kafka
  beforeAll(async () => {
    kafka = await startKafka()
  })
  afterAll(() => kafka.stop())

  test('comes back after kill -9 on the same port and data', async () => {
    const { pid, dataFolder } = kafka
    await kafka.kill()
    expect(await listens(kafka.bootstrap)).toBe(false)
    await kafka.start()
    expect(await listens(kafka.bootstrap)).toBe(true)
    expect(kafka.pid).not.toBe(pid)
    expect(existsSync(dataFolder)).toBe(true)
  })

  test('is gone after stop, with its data', async () => {
    const { pid, dataFolder } = kafka
    await kafka.stop()
    await kafka.stop()
    expect(await listens(kafka.bootstrap)).toBe(false)
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    expect(existsSync(dataFolder)).toBe(false)
  })
})

test('three brokers make one cluster that outlives one of them', async () => {
  await using kafka = await startKafka({ brokers: 3 })
  expect(kafka.brokers).toHaveLength(3)
  const [first, second] = kafka.nodes
  await first?.kill()
  expect(await listens(first?.address ?? '')).toBe(false)
  expect(await listens(second?.address ?? '')).toBe(true)
  await first?.start()
  expect(await listens(first?.address ?? '')).toBe(true)
})

test('a broker that cannot start says why', async () => {
  await expect(startKafka({ properties: { 'num.network.threads': '0' } })).rejects.toThrow(
    /^Kafka 4\.3\.0 broker 1 did not start \(exit code 1\):[^]*num\.network\.threads/,
  )
})

test('the registry answers its Confluent API, and is gone after stop', async () => {
  const registry = await startRegistry()
  const schema = { schema: JSON.stringify({ type: 'record', name: 'A', fields: [{ name: 'b', type: 'long' }] }) }
  const answer = await fetch(`${registry.url}/subjects/a-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(schema),
  })
  expect(await answer.json()).toEqual({ id: expect.any(Number) })
  await registry.stop()
  await expect(fetch(`${registry.url}/subjects`)).rejects.toThrow('fetch failed')
})

test('a durable Redis keeps its data over kill -9', async () => {
  await using redis = await startRedis({ durable: true })
  expect(await redisAnswer(redis.port, 'SET a b')).toBe('+OK')
  await redis.kill()
  expect(await listens(`${redis.host}:${redis.port}`)).toBe(false)
  await redis.start()
  expect(await redisAnswer(redis.port, 'GET a')).toBe('$1')
})

describe('nothing is left over', () => {
  test.each([
    { how: 'Ctrl-C', signal: 'SIGINT', code: 130, what: 'redis' },
    { how: 'SIGTERM', signal: 'SIGTERM', code: 143, what: 'redis' },
    { how: 'kill -9', signal: 'SIGKILL', code: null, what: 'kafka' },
  ] as const)('when $how ends the program that started $what', async ({ signal, code, what }) => {
    const started = await startStarter(what)
    expect(await listens(started.address)).toBe(true)
    started.kill(signal)
    expect(await started.exited).toBe(code)
    await nothingLeft(started)
  })

  test('when the program that started a server fails', async () => {
    const started = await startStarter('redis', 'fail')
    expect(await started.exited).toBe(1)
    await nothingLeft(started)
  })
})

describe('one clear line says what to install', () => {
  test('when there is no Java', async () => {
    await using machine = await bareMachine()
    expect(await machine.failure()).toBe(
      'KoffError: java is not on the PATH: install a JDK, version 17 or later (Debian: apt-get install openjdk-17-jdk-headless)',
    )
  })

  test('when there is no Maven', async () => {
    await using machine = await bareMachine('java')
    expect(await machine.failure()).toBe(
      'KoffError: mvn is not on the PATH: install Apache Maven (Debian: apt-get install maven)',
    )
  })
})

interface Started {
  /** host:port */
  readonly address: string
  readonly temporary: string
  readonly exited: Promise<number | null>
  kill(signal: NodeJS.Signals): void
}

const starter = fileURLToPath(new URL('starter.ts', import.meta.url))

async function startStarter(...args: readonly string[]): Promise<Started> {
  const child = spawn(process.execPath, [starter, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve))
  for await (const line of createInterface({ input: child.stdout })) {
    const place = JSON.parse(line) as { address: string; temporary: string }
    return { ...place, exited, kill: signal => void child.kill(signal) }
  }
  throw new Error(`the program ended with ${await exited} before its server was up`)
}

/** A kill -9 leaves the work to a watcher: moments later. */
async function nothingLeft({ address, temporary }: Started): Promise<void> {
  await until({
    what: 'the end of the server and its folder',
    ask: async () => ({ folder: existsSync(temporary), server: await listens(address) }),
    good: ({ folder, server }) => !folder && !server,
  })
}

interface BareMachine extends AsyncDisposable {
  /** The line with the error that starting a broker ends with. */
  failure(): Promise<string | undefined>
}

/** A PATH with just these programs, and nothing downloaded yet. */
async function bareMachine(...programs: readonly string[]): Promise<BareMachine> {
  const folder = await mkdtemp(join(tmpdir(), 'koff-bare-'))
  for (const program of programs) {
    const places = (process.env['PATH'] ?? '').split(delimiter).map(place => join(place, program))
    await symlink(places.find(place => existsSync(place)) ?? program, join(folder, program))
  }
  return {
    failure: async () => {
      const env = { PATH: folder, KOFF_SERVERS: join(folder, 'servers') }
      const child = spawn(process.execPath, [starter, 'kafka'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
      for await (const line of createInterface({ input: child.stderr })) {
        if (line.startsWith('KoffError')) return line
      }
      return undefined
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

function listens(address: string): Promise<boolean> {
  const [host = '', port] = address.split(':')
  return new Promise(resolve => {
    const socket = connect({ host, port: Number(port) })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** The first line of the answer to one command. */
function redisAnswer(port: number, command: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(`${command}\r\n`))
    socket.once('error', reject).once('data', data => {
      resolve(data.toString().split('\r\n')[0])
      socket.destroy()
    })
  })
}
