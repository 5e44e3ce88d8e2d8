/** Every reason to fail that a user can act on. A new code is a documented change. */
export const errorCodes = [
  'USAGE',
  'CONFIG_INVALID',
  'INPUT_UNREADABLE',
  'RECORDING_INVALID',
  'BROKER_UNREACHABLE',
  'BROKER_ERROR',
  'AUTHENTICATION_FAILED',
  'AUTHORIZATION_FAILED',
  'REGISTRY_MISSING',
  'REGISTRY_UNREACHABLE',
  'SINK_FAILED',
  'TOPIC_UNFIT',
  'TOPIC_MISSING',
  'STATE_INVALID',
  'STATE_LOST',
  'STATE_UNAVAILABLE',
  'SETTINGS_DIFFER',
  'HISTORY_UNAVAILABLE',
  'HISTORY_TIMEOUT',
  'NOT_FOUND',
  'NOT_KNOWN',
  'UNSUPPORTED',
] as const

export type ErrorCode = (typeof errorCodes)[number]

export interface KoffErrorOptions {
  /** True where the same call may succeed later without a change by a person. */
  readonly retriable?: boolean
  /** For a retriable error: how long the other side asks not to be called again. */
  readonly retryAfterMs?: number
  readonly cause?: unknown
  /** The key of the configuration that the error is about, as a path from the top. */
  readonly setting?: readonly string[]
  /** What is known instead of what was asked for, as JSON. */
  readonly known?: Readonly<Record<string, unknown>>
}

/** The only error class. The message says what went wrong, where, and what to do about it; it never holds a secret. */
export class KoffError extends Error {
  override readonly name = 'KoffError'
  readonly code: ErrorCode
  readonly retriable: boolean
  readonly retryAfterMs: number
  readonly setting: readonly string[] | undefined
  readonly known: Readonly<Record<string, unknown>> | undefined

  constructor(code: ErrorCode, message: string, options: KoffErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retriable = options.retriable ?? false
    this.retryAfterMs = options.retryAfterMs ?? 0
    this.setting = options.setting
    this.known = options.known
  }
}
