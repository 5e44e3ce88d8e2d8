import { createConnection, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Address } from '../../base/address.ts'
import { type BrokerOptions, defaultRequestTimeoutMs, tlsOptions } from './brokerOptions.ts'
import { splitFrames } from './frames.ts'

/** One connection for requests and responses. Once closed it never opens again. */
export interface BrokerSocket {
  readonly isOpen: boolean
  /** Resolves with the error that closed the connection. */
  readonly ended: Promise<Error>
  /**
   * Sends a request and reads its response. Rejects with the error that closed the connection, or with what `read` throws.
   * Without a response within `requestTimeoutMs` it closes the connection.
   */
  exchange<T>(exchange: Exchange<T>): Promise<T>
  /** All exchanges under way reject with this error; may be called twice. */
  destroy(fault: Error): void
}

export interface Exchange<T> {
  /** The whole request. */
  readonly encode: (correlationId: number) => Uint8Array
  /** API key and version: a socket of another thread uses them to find the function that reads the response. */
  readonly key: number
  readonly version: number
  /** Reads what follows the correlation id. The bytes are valid as long as the memory that they were written to. */
  readonly read: (bytes: Buffer) => T
  /** Restores what another thread has read: a copy between threads has a Uint8Array in place of a Buffer. */
  readonly adopt: (value: T) => T
}

export type OpenSocket = (address: Address, options: BrokerOptions, signal: AbortSignal) => Promise<BrokerSocket>

export interface ResponseRoom {
  /** Memory for exactly `length` bytes. */
  take(length: number): Buffer
}

/** Why the connection cannot be used, when neither the operating system nor TLS reported an error. */
export class ConnectionFault extends Error {
  readonly kind: 'closed' | 'timeout' | 'wants-tls' | 'speaks-http'

  constructor(kind: ConnectionFault['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

interface Waiting {
  /** Takes the response. */
  readonly receive: (bytes: Buffer) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/**
 * Opens a socket, with TLS where configured. The kernel writes responses into `room`, so that no pieces are collected
 * and copied. Rejects with the error of the operating system or of TLS. When `signal` aborts, also later, the socket
 * closes with its reason.
 */
export async function openSocket(
  address: Address,
  options: Pick<BrokerOptions, 'tls' | 'requestTimeoutMs'>,
  signal: AbortSignal,
  room: ResponseRoom = newMemory,
): Promise<BrokerSocket> {
  const { requestTimeoutMs = defaultRequestTimeoutMs } = options
  signal.throwIfAborted()
  const waiting = new Map<number, Waiting>()
  const { promise: opened, resolve, reject } = Promise.withResolvers<void>()
  const { promise: ended, resolve: resolveEnded } = Promise.withResolvers<Error>()
  let fault: Error | null = null
  let lastId = 0
  let isFirst = true
  const settle = (id: number): Waiting | undefined => {
    const settled = waiting.get(id)
    waiting.delete(id)
    clearTimeout(settled?.timer)
    return settled
  }
  const frames = splitFrames({
    take: (id, length) => (waiting.has(id) ? room.take(length) : null),
    receive: (id, bytes) => settle(id)?.receive(bytes),
  })
  const end = (reason: Error) => {
    fault ??= reason
    socket.destroy()
    reject(fault)
    resolveEnded(fault)
    for (const id of waiting.keys()) settle(id)?.reject(fault)
  }
  const receive = (length: number, bytes: Uint8Array): boolean => {
    try {
      if (isFirst && options.tls === undefined && isTlsRecord(bytes)) {
        throw new ConnectionFault('wants-tls', 'this listener speaks TLS')
      }
      if (isFirst && isHttp(bytes)) throw new ConnectionFault('speaks-http', 'this server speaks HTTP')
      isFirst = false
      frames.filled(length)
    } catch (error) {
      end(error instanceof Error ? error : new Error(String(error)))
    }
    return fault === null
  }
  const socket = connect(address, options, { buffer: () => frames.room(), callback: receive })
  socket.setNoDelay(true)
  socket.on('error', end).on('close', () => end(new ConnectionFault('closed', 'connection closed')))
  socket.once(options.tls === undefined ? 'connect' : 'secureConnect', resolve)
  signal.addEventListener('abort', () => end(reasonOf(signal)), { once: true })
  await opened
  return {
    get isOpen() {
      return fault === null
    },
    ended,
    exchange: <T>({ encode, read }: Exchange<T>) => {
      if (fault !== null) return Promise.reject(fault)
      const response = Promise.withResolvers<T>()
      lastId = (lastId + 1) & 0x7fff_ffff
      const late = () => end(new ConnectionFault('timeout', `no response within ${requestTimeoutMs} ms`))
      const readInto = (bytes: Buffer) => {
        try {
          response.resolve(read(bytes))
        } catch (error) {
          response.reject(error)
        }
      }
      waiting.set(lastId, {
        receive: readInto,
        reject: response.reject,
        timer: setTimeout(late, requestTimeoutMs),
      })
      socket.write(encode(lastId))
      return response.promise
    },
    destroy: end,
  }
}

/** New memory for each response. */
const newMemory: ResponseRoom = { take: length => Buffer.allocUnsafe(length) }

function connect({ host, port }: Address, { tls }: Pick<BrokerOptions, 'tls'>, onread: OnReadOpts): Socket {
  const place = { host, port, onread }
  return tls === undefined ? createConnection(place) : connectTls({ ...tlsOptions(tls, host), ...place })
}

/** A TLS listener sends a client without TLS an alert, in any version of TLS (RFC 8446, 5.1). */
function isTlsRecord(bytes: Uint8Array): boolean {
  const [type = 0, major, minor = 0] = bytes
  return type >= 0x14 && type <= 0x17 && major === 3 && minor <= 4
}

/** The response of an HTTP server to a request of Kafka. */
function isHttp(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, 5).toString('latin1') === 'HTTP/'
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
