import { KoffError } from '../../base/errors.ts'
import { retry } from '../../base/retry.ts'
import { version } from '../../base/version.ts'
import type { Sink } from '../../engine/sink.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import { type Chain, chainsOf } from './chains.ts'
import { openReceiver, type ReceiverTls } from './exchange.ts'
import { type Addressed, answerFault, requestFault } from './fault.ts'
import { type ContentMode, contentOf } from './message.ts'
import { RequestPace } from './pace.ts'
import { signature, signingKeys } from './signature.ts'

export interface WebhookSinkOptions {
  /** The address of the receiver, http or https. */
  readonly url: string
  /** `structured` unless given. */
  readonly mode?: ContentMode | undefined
  /** Events of a request in the mode `batched`; 100 unless given. */
  readonly batchSize?: number | undefined
  /** `whsec_…`; several with spaces between them. Requests are not signed unless given. */
  readonly secret?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly tls?: ReceiverTls | undefined
  /** Of a request, in ms; 15 s unless given. */
  readonly timeoutMs?: number | undefined
  /** Requests under way at once; 8 unless given. */
  readonly concurrency?: number | undefined
  readonly requestsPerSecond?: number | undefined
  readonly allowLinkLocal?: boolean | undefined
  /** How long `open` retries to reach the receiver; 30 s unless given. */
  readonly openTimeoutMs?: number | undefined
  /** How long `write` retries a request before it fails; 2 min unless given. */
  readonly deliveryTimeoutMs?: number | undefined
  /** Called before a retry. */
  readonly retried?: ((error: KoffError) => void) | undefined
}

/** Redirects that keep the method and the content (RFC 9110, 15.4). */
const [temporary, permanent] = [307, 308]
const mostRedirects = 3

/**
 * Events as CloudEvents over HTTP, signed as Standard Webhooks define it.
 * Guarantee: at least once, in order for each group; a write resolves when the receiver has answered each request with
 * 2xx. `webhook-id` is the event id, so a receiver drops repeats. What breaks it: a receiver that answers 2xx before the
 * event is durable there.
 * @throws KoffError retriable for 408, 425, 429, 5xx and where no answer comes; else only a person can help.
 */
export function webhookSink(options: WebhookSinkOptions): Sink {
  const { mode = 'structured', batchSize = 100, timeoutMs = 15_000, concurrency = 8, allowLinkLocal = false } = options
  const { openTimeoutMs = 30_000, deliveryTimeoutMs = 120_000, retried, tls } = options
  const url = new URL(options.url)
  const keys = options.secret === undefined ? [] : (signingKeys(options.secret) ?? [])
  const place = `webhook ${url.origin}`
  const addressed: Addressed = { place, secrets: secretsOf(options, url), timeoutMs }
  const receiver = openReceiver({ url, tls, timeoutMs, concurrency, allowLinkLocal })
  const pace = new RequestPace(options.requestsPerSecond)
  const common = { 'user-agent': `koff/${version()}`, ...options.headers, ...authorization(url) }
  let path = `${url.pathname}${url.search}`
  /** Of a write that failed or was aborted: what the receiver has, and does not get again. */
  const taken = new Set<string>()
  let closed = false

  const post = async (events: readonly KoffEvent[], signal: AbortSignal) => {
    const { id, headers, body } = contentOf(events, mode)
    const timestamp = Math.floor(Date.now() / 1000)
    const signed = keys.length === 0 ? {} : { 'webhook-signature': signature({ id, timestamp, body }, keys) }
    const all = { ...common, ...headers, 'webhook-id': id, 'webhook-timestamp': String(timestamp), ...signed }
    const what = events.length === 1 ? `event ${events[0]?.id}` : `a batch of ${events.length} events`
    let at = path
    for (let redirects = 0; ; redirects += 1) {
      const answer = await receiver.post(at, all, body, signal).catch((error: unknown) => {
        signal.throwIfAborted()
        throw requestFault(error, addressed)
      })
      if (answer.status >= 200 && answer.status < 300) return
      const keepsMethod = answer.status === temporary || answer.status === permanent
      const moved = keepsMethod ? pathOnHost(answer.location, url) : null
      if (moved === null || redirects === mostRedirects) throw answerFault(answer, what, addressed)
      at = moved
      if (answer.status === permanent) path = moved
    }
  }

  const send = async (events: readonly KoffEvent[], signal: AbortSignal) => {
    const attempt = async () => {
      await pace.turn(signal)
      await post(events, signal)
    }
    const again = (error: KoffError) => {
      pace.pause(error.retryAfterMs)
      retried?.(error)
    }
    await retry(attempt, { signal, timeoutMs: deliveryTimeoutMs, maxPauseMs: 10_000, retried: again })
    for (const { id } of events) taken.add(id)
  }

  /** Sends chains side by side. After a failure no request begins; those under way end first. */
  const sendAll = async (chains: readonly Chain[], signal: AbortSignal) => {
    const failed = new AbortController()
    const waiting = chains.values()
    const sendInTurn = async () => {
      for (const chain of waiting) {
        for (const events of chain) {
          if (failed.signal.aborted) return
          await send(events, signal)
        }
      }
    }
    const lanes = Array.from({ length: Math.min(concurrency, chains.length) }, () =>
      sendInTurn().catch((error: unknown) => failed.abort(error)),
    )
    await Promise.all(lanes)
    failed.signal.throwIfAborted()
  }

  return {
    name: 'webhook',
    async open(signal, opening) {
      signal.throwIfAborted()
      const reach = async () => {
        try {
          await receiver.reach(signal)
        } catch (error) {
          signal.throwIfAborted()
          throw requestFault(error, addressed)
        }
      }
      await retry(reach, { signal, timeoutMs: openTimeoutMs, retried, watch: opening?.(place) })
    },
    async write(events, signal) {
      signal.throwIfAborted()
      if (closed) throw new KoffError('SINK_FAILED', `${place}: written to after it was closed`)
      const left = taken.size === 0 ? events : events.filter(({ id }) => !taken.has(id))
      await sendAll(chainsOf(left, mode === 'batched' ? batchSize : 1), signal)
      taken.clear()
    },
    async [Symbol.asyncDispose]() {
      closed = true
      receiver[Symbol.dispose]()
    },
  }
}

/** The path of a redirect to the same scheme, host and port; null for another place. */
function pathOnHost(location: string | null, url: URL): string | null {
  if (location === null || !URL.canParse(location, url.href)) return null
  const target = new URL(location, url)
  return target.origin === url.origin ? `${target.pathname}${target.search}` : null
}

/** Node sends no credentials of a URL through an agent of one's own. */
function authorization({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {}
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}

function secretsOf({ secret, headers = {} }: WebhookSinkOptions, url: URL): readonly string[] {
  const { pathname, search, password, username } = url
  const inUrl = [...pathname.split('/'), search.slice(1), decodeURIComponent(password)]
  const credentials = Object.values(authorization(url)).map(value => value.replace('Basic ', ''))
  const signing = secret === undefined ? [] : secret.trim().split(/\s+/)
  return [...inUrl, username, ...credentials, ...signing, ...Object.values(headers)].filter(text => text.length >= 8)
}
