import type { IncomingMessage } from 'node:http'
import type { RegistryAddress } from './options.ts'

/** A request of the registry's API; paths are relative to its URL. */
export interface RegistryRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** What the registry, or whoever stands in its place, answered. Nothing in it has been checked. */
export interface RegistryAnswer {
  readonly status: number
  /** Null where there is none. */
  readonly location: string | null
  readonly retryAfterMs: number | null
  readonly isHtml: boolean
  readonly text: string
}

/** More than any schema. */
const largestAnswer = 4 * 1024 * 1024

/**
 * Sends a request once and gives the answer, whatever its status. A redirect is not followed: the credentials are for
 * this host alone.
 *
 * Fails as Node's client does, with a `TimeoutError` where the answer is not complete in time, and with the reason of
 * `signal` where that aborts.
 */
export async function sendToRegistry(
  { host, auth, requestTimeoutMs }: RegistryAddress,
  { method, path, headers: given, body }: RegistryRequest,
  signal: AbortSignal,
): Promise<RegistryAnswer> {
  // Not `fetch`, which refuses some ports (6000, 6667, 10080, …).
  const { request } = host.startsWith('https:') ? await import('node:https') : await import('node:http')
  const until = AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)])
  const { promise: answered, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const sent = request(`${host}${path}`, {
    method,
    signal: until,
    headers: {
      ...given,
      accept: 'application/vnd.schemaregistry.v1+json, application/json',
      ...(auth === null ? {} : { authorization: basicCredentials(auth) }),
    },
  })
  sent.on('response', resolve).on('error', reject)
  sent.end(body)
  try {
    const response = await answered
    const { statusCode = 0, headers } = response
    const text = await textOf(response)
    return {
      status: statusCode,
      location: headers.location ?? null,
      retryAfterMs: retryAfterMs(headers['retry-after']),
      isHtml: (headers['content-type'] ?? '').includes('html') || /^\s*<(!doctype|html)/i.test(text),
      text,
    }
  } catch (error) {
    until.throwIfAborted()
    throw error
  }
}

export function basicCredentials({ username, password }: NonNullable<RegistryAddress['auth']>): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** What is longer than any answer is cut off, and then is no JSON. */
async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > largestAnswer) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Seconds, or an HTTP date (RFC 9110, 10.2.3). */
function retryAfterMs(header: string | undefined): number | null {
  if (header === undefined) return null
  const ms = /^\s*\d{1,9}\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? null : Math.max(0, ms)
}
