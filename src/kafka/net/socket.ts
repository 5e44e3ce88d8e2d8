import { createConnection, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Address } from './address.ts'
import { type BrokerOptions, defaultRequestTimeoutMs, tlsOptions } from './brokerOptions.ts'
import { splitFrames } from './frames.ts'

/** One connection over which requests go and responses come; it never opens again once it is closed. */
export interface BrokerSocket {
  readonly isOpen: boolean
  /** Resolves with what the connection ended of, when it has. */
  readonly ended: Promise<Error>
  /** Fails with what the connection ended of, and ends it itself where there is no response within `requestTimeoutMs`. */
  exchange(exchange: Exchange): Promise<Answer>
  /** Everything under way fails with this; may be called twice. */
  destroy(fault: Error): void
}

export interface Exchange {
  /** The whole request, which needs a number. */
  readonly encode: (correlationId: number) => Uint8Array
  /** Its version, where it is a Fetch: whoever has time for it then looks at the checksums in the response. */
  readonly fetchVersion?: number
}

export interface Answer {
  /** What follows the correlation id; valid as long as the room that it was put in. */
  readonly bytes: Buffer
  /** True where all checksums in it have been looked at, and are right. */
  readonly isChecked: boolean
}

export type OpenSocket = (address: Address, options: BrokerOptions, signal: AbortSignal) => Promise<BrokerSocket>

export interface ResponseRoom {
  /** Room for exactly `length` bytes. */
  take(length: number): Buffer
}

/** Why a connection is none, where it is not the operating system or TLS that says so. */
export class ConnectionFault extends Error {
  readonly kind: 'closed' | 'timeout' | 'wants-tls' | 'speaks-http'

  constructor(kind: ConnectionFault['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

interface Waiting {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/**
 * Opens a socket, with TLS where configured. The kernel writes into `room`: nothing is collected in pieces and put
 * together later. Rejects with what the operating system or TLS say. Ends with the reason of `signal` when that aborts,
 * also later on.
 */
export async function openSocket(
  address: Address,
  options: Pick<BrokerOptions, 'tls' | 'requestTimeoutMs'>,
  signal: AbortSignal,
  room: ResponseRoom = ofItsOwn,
): Promise<BrokerSocket> {
  const { requestTimeoutMs = defaultRequestTimeoutMs } = options
  signal.throwIfAborted()
  const waiting = new Map<number, Waiting>()
  const { promise: opened, resolve, reject } = Promise.withResolvers<void>()
  const { promise: ended, resolve: tellEnd } = Promise.withResolvers<Error>()
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
    hear: (id, bytes) => settle(id)?.resolve({ bytes, isChecked: false }),
  })
  const end = (reason: Error) => {
    fault ??= reason
    socket.destroy()
    reject(fault)
    tellEnd(fault)
    for (const id of waiting.keys()) settle(id)?.reject(fault)
  }
  const hear = (length: number, bytes: Uint8Array): boolean => {
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
  const socket = connect(address, options, { buffer: () => frames.room(), callback: hear })
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
    exchange: ({ encode }) => {
      if (fault !== null) return Promise.reject(fault)
      const answer = Promise.withResolvers<Answer>()
      lastId = (lastId + 1) & 0x7fff_ffff
      const late = () => end(new ConnectionFault('timeout', `no answer within ${requestTimeoutMs} ms`))
      waiting.set(lastId, { ...answer, timer: setTimeout(late, requestTimeoutMs) })
      socket.write(encode(lastId))
      return answer.promise
    },
    destroy: end,
  }
}

/** Memory for each response. */
const ofItsOwn: ResponseRoom = { take: length => Buffer.allocUnsafe(length) }

function connect({ host, port }: Address, { tls }: Pick<BrokerOptions, 'tls'>, onread: OnReadOpts): Socket {
  const place = { host, port, onread }
  return tls === undefined ? createConnection(place) : connectTls({ ...tlsOptions(tls, host), ...place })
}

/** What a listener with TLS says to somebody who speaks without: an alert, in whichever version of TLS (RFC 8446, 5.1). */
function isTlsRecord(bytes: Uint8Array): boolean {
  const [type = 0, major, minor = 0] = bytes
  return type >= 0x14 && type <= 0x17 && major === 3 && minor <= 4
}

/** What a server for HTTP says of a request of Kafka. */
function isHttp(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, 5).toString('latin1') === 'HTTP/'
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
