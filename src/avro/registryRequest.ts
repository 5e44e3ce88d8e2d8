import type { IncomingMessage } from 'node:http'
import { retryAfterMs } from '../base/retryAfter.ts'
import type { RegistryAddress } from './options.ts'

/** A request of the registry's API; paths are relative to its URL. */
export interface RegistryRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** The response of the registry, or of another server at its address. Unchecked. */
export interface RegistryAnswer {
  readonly status: number
  /** Null where absent. */
  readonly location: string | null
  readonly retryAfterMs: number | null
  readonly isHtml: boolean
  readonly text: string
}

/** More than the size of any schema. */
const largestAnswer = 4 * 1024 * 1024

/**
 * Sends a request once and returns the response, whatever its status. Redirects are not followed, because the
 * credentials are for this host only.
 * Fails as Node's client does, with a `TimeoutError` where the response is not complete in time, and with the reason of
 * `signal` where it aborts.
 */
export async function sendToRegistry(
  { host, auth, requestTimeoutMs }: RegistryAddress,
  { method, path, headers: given, body }: RegistryRequest,
  signal: AbortSignal,
): Promise<RegistryAnswer> {
  // `fetch` refuses some ports (6000, 6667, 10080, …).
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

/** A response that is too long is cut, and then is not valid JSON. */
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
