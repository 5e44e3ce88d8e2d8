import { once } from 'node:events'
import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import { isIP, connect as plainConnect } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { retryAfterMs } from '../../base/retryAfter.ts'
import { lookupBeyondLink, refuseLinkLocal } from './linkLocal.ts'

export interface ReceiverTls {
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly passphrase?: string | undefined
  readonly servername?: string | undefined
  readonly rejectUnauthorized?: boolean | undefined
}

export interface ReceiverOptions {
  readonly url: URL
  readonly tls?: ReceiverTls | undefined
  readonly timeoutMs: number
  readonly concurrency: number
  readonly allowLinkLocal: boolean
}

/** What a receiver answers; unchecked. */
export interface Answer {
  readonly status: number
  readonly location: string | null
  readonly retryAfterMs: number | null
  readonly text: string
}

/** A receiver of webhooks, with the connections to it. Redirects are answers. */
export interface Receiver extends Disposable {
  /** Connects, and sends nothing. Fails as `post`. */
  reach(signal: AbortSignal): Promise<void>
  /**
   * Sends one request to a path of the receiver. Fails as Node's client does, with a `TimeoutError` where the response
   * is not complete in time, and with the reason of `signal` where it aborts.
   */
  post(path: string, headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal): Promise<Answer>
}

/** @throws KoffError UNSUPPORTED for a link-local address that is not allowed. */
export function openReceiver({ url, tls = {}, timeoutMs, concurrency, allowLinkLocal }: ReceiverOptions): Receiver {
  if (!allowLinkLocal) refuseLinkLocal(url.hostname)
  const isTls = url.protocol === 'https:'
  const options = { keepAlive: true, maxSockets: concurrency, ...(allowLinkLocal ? {} : { lookup: lookupBeyondLink }) }
  const agent = isTls ? new TlsAgent({ ...options, ...tls }) : new PlainAgent(options)
  const within = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  return {
    async reach(signal) {
      const until = within(signal)
      const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
      const to = { ...options, host, port: Number(url.port) || (isTls ? 443 : 80), signal: until }
      const name = isIP(host) === 0 ? { servername: host } : {}
      const socket = isTls ? tlsConnect({ ...name, ...to, ...tls }) : plainConnect(to)
      try {
        await once(socket, isTls ? 'secureConnect' : 'connect', { signal: until })
      } finally {
        socket.on('error', () => undefined)
        socket.destroy()
      }
    },
    async post(path, headers, body, signal) {
      const until = within(signal)
      const { promise: answered, resolve, reject } = Promise.withResolvers<IncomingMessage>()
      const length = Buffer.byteLength(body)
      const request = (isTls ? tlsRequest : plainRequest)(new URL(path, url), {
        agent,
        method: 'POST',
        signal: until,
        headers: { ...headers, 'content-length': length },
      })
      request.on('response', resolve).on('error', reject)
      request.end(body)
      try {
        const response = await answered
        const { statusCode = 0, headers: of } = response
        const text = await textOf(response)
        const location = of.location ?? null
        return { status: statusCode, location, retryAfterMs: retryAfterMs(of['retry-after']), text }
      } catch (error) {
        until.throwIfAborted()
        throw error
      }
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}

/** Only errors show it. */
const shownBytes = 4_096
/** A longer response costs more to read than a new connection. */
const mostBytes = 256 * 1024

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (length < shownBytes) chunks.push(chunk)
    length += chunk.length
    if (length > mostBytes) break
  }
  return Buffer.concat(chunks).subarray(0, shownBytes).toString('utf8')
}
