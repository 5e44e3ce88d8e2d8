import { channel } from 'node:diagnostics_channel'
import { KoffError } from '../../base/errors.ts'
import { type Address, formatAddress } from '../net/address.ts'
import { type BrokerOptions, defaultClientId, defaultConnectTimeoutMs } from '../net/brokerOptions.ts'
import { type BrokerSocket, ConnectionFault, type OpenSocket, openSocket } from '../net/socket.ts'
import { type ApiVersions, apiKeys, flexibleFrom, whichVersions } from '../protocol/apiVersions.ts'
import type { Ask, Question } from '../protocol/question.ts'
import { requestWriter, writeInt16, writeInt32, writeNoTags, writeText, written } from '../protocol/requestWriter.ts'
import { responseReader, skipTags } from '../protocol/responseReader.ts'
import { DecodeFault } from '../records/reader.ts'
import { brokerFailure } from './failure.ts'
import { authenticate } from './sasl.ts'

/** One connection to one broker, which is open when it is handed out and never opens again once it is closed. */
export interface BrokerConnection {
  /** host:port */
  readonly broker: string
  readonly versions: ApiVersions
  readonly isOpen: boolean
  /** Fails with a `KoffError` that says what was asked. Several questions can be under way at a time. */
  readonly ask: Ask
  /** Questions that are under way fail. May be called twice. */
  close(): void
}

export interface ConnectOptions {
  readonly address: Address
  readonly options: BrokerOptions
  readonly signal: AbortSignal
  /** Whose socket it is; this thread's own unless given. */
  readonly open?: OpenSocket
}

/** Connects, through TLS and SASL where configured, and asks which versions of the protocol the broker speaks. */
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

/** A broker tells its versions to everybody, and after that wants to know who asks. */
async function introduce(socket: BrokerSocket, broker: string, options: BrokerOptions): Promise<BrokerConnection> {
  const { clientId = defaultClientId, connectTimeoutMs = defaultConnectTimeoutMs, sasl } = options
  const plain: Ask = question => exchange(socket, clientId, question)
  let trusted = false
  let renewal: Promise<void> | null = null
  let renewalTimer: NodeJS.Timeout | undefined
  const ask: Ask = async question => {
    const { name } = question
    try {
      // Between the two requests of a new authentication the broker takes no other (KIP-368)
      if (renewal !== null) await renewal
      requests.publish({ broker, name })
      const answer = await plain(question)
      trusted = name !== 'ApiVersions'
      return answer
    } catch (error) {
      if (!(error instanceof DecodeFault)) throw brokerFailure(error, { broker, options, request: name, trusted })
      const text = `${broker}: the answer to ${name} is none: ${error.message}`
      throw new KoffError('BROKER_ERROR', text, { retriable: true, cause: error })
    }
  }
  const renewAfter = (sessionMs: number) => {
    if (sessionMs > 0) renewalTimer = setTimeout(renew, Math.min(sessionMs * renewedAt, longestTimer))
  }
  const tellWho = async (isRenewal: boolean) => {
    if (sasl === undefined) return
    // Whoever hands out tokens may never answer, and then it is the socket that ends
    const ended = socket.ended.then(fault => Promise.reject(fault))
    renewAfter(await Promise.race([authenticate({ sasl, versions, ask: plain, isRenewal }), ended]))
  }
  const renew = () => {
    const late = setTimeout(() => socket.destroy(timedOut()), connectTimeoutMs)
    renewal = tellWho(true)
      .catch((error: unknown) => socket.destroy(brokerFailure(error, { broker, options })))
      .finally(() => {
        clearTimeout(late)
        renewal = null
      })
  }
  const versions = await ask(whichVersions)
  await tellWho(false)
  return {
    broker,
    versions,
    get isOpen() {
      return socket.isOpen
    },
    ask,
    close: () => {
      clearTimeout(renewalTimer)
      socket.destroy(closed())
    },
  }
}

/** Tells of every request, as `{ broker, name }`. */
const requests = channel('koff:request')

/** As late as is safe, of the time for which a broker believes who koff is. */
const renewedAt = 0.8
/** Node takes a longer time for none. */
const longestTimer = 2 ** 31 - 1

async function exchange<T>(socket: BrokerSocket, clientId: string, question: Question<T>): Promise<T> {
  const { name, version } = question
  const isFlexible = version >= flexibleFrom[name]
  const { bytes, isChecked } = await socket.exchange({
    encode: id => encode(question, { id, clientId, isFlexible }),
    ...(name === 'Fetch' ? { fetchVersion: version } : {}),
  })
  const reader = responseReader(bytes, isFlexible)
  // KIP-511: whoever asks for the versions does not know yet how a header is read
  if (name !== 'ApiVersions') skipTags(reader)
  return question.read(reader, isChecked)
}

interface Heading {
  readonly id: number
  readonly clientId: string
  readonly isFlexible: boolean
}

function encode({ name, version, write }: Question<unknown>, { id, clientId, isFlexible }: Heading): Buffer {
  const header = requestWriter(false)
  const body = requestWriter(isFlexible)
  writeInt32(header, 0) // the length, which is not known yet
  writeInt16(header, apiKeys[name])
  writeInt16(header, version)
  writeInt32(header, id)
  writeText(header, clientId)
  writeNoTags(body) // of the header, in which no text is compact
  write(body)
  writeNoTags(body)
  const request = Buffer.concat([written(header), written(body)])
  request.writeInt32BE(request.length - 4, 0)
  return request
}

function timedOut(): ConnectionFault {
  return new ConnectionFault('timeout', 'connection timed out')
}

function closed(): ConnectionFault {
  return new ConnectionFault('closed', 'connection closed')
}
