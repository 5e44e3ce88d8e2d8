import { KoffError } from '../base/errors.ts'

export interface RegistryOptions {
  /** Of the Confluent-compatible API: `http://localhost:8081`, for Apicurio `http://localhost:8080/apis/ccompat/v7`. */
  readonly url: string
  readonly username?: string
  readonly password?: string
  /** How long to retry; 10 s unless given. */
  readonly timeoutMs?: number
}

export interface RegistryAddress {
  /** Without credentials, fit to be shown, and without a slash at its end, because the client adds its own. */
  readonly host: string
  readonly auth: { readonly username: string; readonly password: string } | null
  readonly timeoutMs: number
  /**
   * A request without a response must neither block its caller for ever nor use the time that is left for the next
   * ones.
   */
  readonly requestTimeoutMs: number
}

export const defaultRegistryTimeoutMs = 10_000
const longestRequestMs = 10_000

/** @throws KoffError CONFIG_INVALID where the URL is invalid or not http(s). */
export function registryAddress(options: RegistryOptions): RegistryAddress {
  const { url, username, password, timeoutMs = defaultRegistryTimeoutMs } = options
  const parsed = URL.parse(url)
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new KoffError('CONFIG_INVALID', 'registry url: not an http:// or https:// URL')
  }
  const given = { username: username ?? decoded(parsed.username), password: password ?? decoded(parsed.password) }
  return {
    host: `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, ''),
    auth: given.username === '' && given.password === '' ? null : given,
    timeoutMs,
    requestTimeoutMs: Math.min(longestRequestMs, timeoutMs),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new KoffError('CONFIG_INVALID', 'registry url: write a % in its user or password as %25')
  }
}
