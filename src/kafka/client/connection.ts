import { channel } from 'node:diagnostics_channel'
import { type Address, formatAddress } from '../../base/address.ts'
import { KoffError } from '../../base/errors.ts'
import { type BrokerOptions, defaultClientId, defaultConnectTimeoutMs } from '../net/brokerOptions.ts'
import { type BrokerSocket, ConnectionFault, type OpenSocket, openSocket } from '../net/socket.ts'
import { apiVersions } from '../protocol/apiVersions.ts'
import {
  type ApiVersions,
  commonVersion,
  encodeRequest,
  pickVersion,
  type Request,
  type Response,
  readResponse,
} from '../protocol/request.ts'
import { DecodeFault } from '../records/reader.ts'
import { authenticate } from './authenticate.ts'
import { brokerFailure } from './brokerFailure.ts'

/** Sends a request, and gives the value of its response. */
export type Send = <I, O>(request: Request<I, O>, input: I) => Promise<O>

/** An open connection to one broker. Once closed it never opens again. */
export interface BrokerConnection {
  /** host:port */
  readonly broker: string
  readonly isOpen: boolean
  /**
   * Fails with a `KoffError` that names the broker and the request; with UNSUPPORTED where koff and the broker have no
   * version of it in common. Several requests can be in flight.
   */
  readonly send: Send
  /** The version of a request that `send` uses. */
  versionOf(request: Request<never, unknown>): number
  /** True where the broker speaks a version of the request that koff speaks. */
  speaks(request: Request<never, unknown>): boolean
  /** Requests under way fail. May be called twice. */
  close(): void
}

export interface ConnectOptions {
  readonly address: Address
  readonly options: BrokerOptions
  readonly signal: AbortSignal
  /** Opens the socket; a socket of this thread unless given. */
  readonly open?: OpenSocket
}

/** Connects, with TLS and SASL where configured, and asks which versions of the protocol the broker speaks. */
export async function connectToBroker(connecting: ConnectOptions): Promise<BrokerConnection> {
  const { address, options, signal, open = openSocket } = connecting
  const { connectTimeoutMs = defaultConnectTimeoutMs } = options
  const broker = formatAddress(address)
  const opening = new AbortController()
  const giveUp = () => opening.abort(new Error('given up'))
  const timer = setTimeout(() => opening.abort(timedOut()), connectTimeoutMs)
  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  let socket: BrokerSocket | null = null
  try {
    socket = await open(address, options, opening.signal)
    return await introduce(socket, broker, options)
  } catch (error) {
    socket?.destroy(closed())
    throw brokerFailure(error, { broker, options })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}

/** Brokers answer ApiVersions before authentication, so it is sent first. */
async function introduce(socket: BrokerSocket, broker: string, options: BrokerOptions): Promise<BrokerConnection> {
  const { clientId = defaultClientId, connectTimeoutMs = defaultConnectTimeoutMs, sasl } = options
  let versions: ApiVersions = new Map([[apiVersions.key, { min: 3, max: 3 }]])
  let trusted = false
  let renewal: Promise<void> | null = null
  let renewalTimer: NodeJS.Timeout | undefined
  const plain: Send = async (request, input) => {
    const version = pickVersion(request, versions)
    requests.publish({ broker, name: request.name })
    const { value, throttleMs } = await exchange(socket, { request, input, version, clientId })
    responses.publish({ broker, name: request.name, throttleMs })
    return value
  }
  const send: Send = async (request, input) => {
    const { name } = request
    try {
      // Between the two requests of a re-authentication, the broker accepts no other request (KIP-368).
      if (renewal !== null) await renewal
      const value = await plain(request, input)
      trusted = name !== apiVersions.name
      return value
    } catch (error) {
      if (!(error instanceof DecodeFault)) throw brokerFailure(error, { broker, options, request: name, trusted })
      const text = `${broker}: malformed response to ${name}: ${error.message}`
      throw new KoffError('BROKER_ERROR', text, { retriable: true, cause: error })
    }
  }
  const renewAfter = (sessionMs: number) => {
    if (sessionMs > 0) renewalTimer = setTimeout(renew, Math.min(sessionMs * renewedAt, longestTimer))
  }
  const authenticateWith = async (isRenewal: boolean) => {
    if (sasl === undefined) return
    // A token provider may never answer: the end of the socket ends this wait, too.
    const ended = socket.ended.then(fault => Promise.reject(fault))
    renewAfter(await Promise.race([authenticate({ sasl, send: plain, isRenewal }), ended]))
  }
  const renew = () => {
    const late = setTimeout(() => socket.destroy(timedOut()), connectTimeoutMs)
    renewal = authenticateWith(true)
      .catch((error: unknown) => socket.destroy(brokerFailure(error, { broker, options })))
      .finally(() => {
        clearTimeout(late)
        renewal = null
      })
  }
  versions = await send(apiVersions, null)
  await authenticateWith(false)
  return {
    broker,
    get isOpen() {
      return socket.isOpen
    },
    send,
    versionOf: request => pickVersion(request, versions),
    speaks: request => commonVersion(request, versions) !== undefined,
    close: () => {
      clearTimeout(renewalTimer)
      socket.destroy(closed())
    },
  }
}

/** Publishes every request, as `{ broker, name }`. */
const requests = channel('koff:request')
/** Publishes every response, as `{ broker, name, throttleMs }`. */
const responses = channel('koff:response')

/** The part of the session lifetime (KIP-368) after which to re-authenticate. */
const renewedAt = 0.8
/** setTimeout treats larger delays as 1 ms. */
const longestTimer = 2 ** 31 - 1

interface Sending<I, O> {
  readonly request: Request<I, O>
  readonly input: I
  readonly version: number
  readonly clientId: string
}

function exchange<I, O>(
  socket: BrokerSocket,
  { request, input, version, clientId }: Sending<I, O>,
): Promise<Response<O>> {
  return socket.exchange({
    encode: correlationId => encodeRequest(request, input, { version, correlationId, clientId }),
    key: request.key,
    version,
    read: bytes => readResponse(request, version, bytes),
    adopt: response => (request.adopt === undefined ? response : { ...response, value: request.adopt(response.value) }),
  })
}

function timedOut(): ConnectionFault {
  return new ConnectionFault('timeout', 'connection timed out')
}

function closed(): ConnectionFault {
  return new ConnectionFault('closed', 'connection closed')
}
