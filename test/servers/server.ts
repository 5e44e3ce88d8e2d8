import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorCode, KoffError } from '../../src/base/errors.ts'
import type { ServerProcess } from './process.ts'

export interface Server extends AsyncDisposable {
  /** Process id while it runs; throws when it does not. */
  readonly pid: number
  /** kill -9. Data and ports are kept: `start` brings it back. */
  kill(): Promise<void>
  /** Orderly end (SIGTERM: Kafka hands over its partitions). Data and ports are kept. */
  shutdown(): Promise<void>
  /** `shutdown` and `start`. */
  restart(): Promise<void>
  /** Starts it again after `kill` or `shutdown`; resolves when it answers. */
  start(): Promise<void>
  /** Ends it and removes its data. May be called twice. */
  stop(): Promise<void>
  /** The end of what it printed since its last start. */
  output(): string
}

export interface ServerOptions {
  /** For people: `Kafka 4.3.0 broker 1`. */
  readonly what: string
  readonly launch: () => Promise<ServerProcess>
  /** A real request: resolves when the server answers as it should, rejects while it does not. */
  readonly probe: () => Promise<void>
  readonly remove: () => Promise<void>
  readonly failure: ErrorCode
}

const readyWithinMs = 60_000
const orderlyEndMs = 20_000
const probeEveryMs = 100

/** A server that was launched once and answered. */
export async function startServer(options: ServerOptions): Promise<Server> {
  let process: ServerProcess | undefined
  const end = async (signal: NodeJS.Signals) => {
    if (process === undefined) return
    process.signal(signal)
    if ((await Promise.race([process.exited, sleep(orderlyEndMs, 'late', { ref: false })])) === 'late') {
      process.signal('SIGKILL')
      await process.exited
    }
    process = undefined
  }
  const start = async () => {
    if (process?.running() === true) return
    process = await options.launch()
    await untilReady(process, options)
  }
  const stop = async () => {
    await end('SIGKILL')
    await options.remove()
  }
  const server: Server = {
    get pid() {
      if (process?.running() !== true) throw new KoffError(options.failure, `${options.what} is not running`)
      return process.pid
    },
    kill: () => end('SIGKILL'),
    shutdown: () => end('SIGTERM'),
    restart: async () => {
      await end('SIGTERM')
      await start()
    },
    start,
    stop,
    output: () => process?.output() ?? '',
    [Symbol.asyncDispose]: stop,
  }
  try {
    await start()
  } catch (error) {
    await stop()
    throw error
  }
  return server
}

async function untilReady(process: ServerProcess, { what, probe, failure }: ServerOptions): Promise<void> {
  const deadline = Date.now() + readyWithinMs
  let refusal: unknown
  while (Date.now() < deadline) {
    if (!process.running()) {
      throw new KoffError(failure, `${what} did not start (${await process.exited}):\n${process.output()}`)
    }
    try {
      await probe()
      return
    } catch (error) {
      refusal = error
    }
    await sleep(probeEveryMs)
  }
  throw new KoffError(failure, `${what} did not answer within ${readyWithinMs / 1000} s:\n${process.output()}`, {
    cause: refusal,
  })
}
