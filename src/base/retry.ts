import { setTimeout as sleep } from 'node:timers/promises'
import { pauseAfter } from './backOff.ts'
import { KoffError } from './errors.ts'

export interface RetryOptions {
  readonly signal: AbortSignal
  /**
   * No attempt starts after this time, unless the other side asked to be called later. The last failure is then thrown.
   * Infinity: retries until it works.
   */
  readonly timeoutMs: number
  /** Pause after the first failure; doubles with each further failure, up to `maxPauseMs`. */
  readonly firstPauseMs?: number
  readonly maxPauseMs?: number
  /** Called before each further attempt, with what the last one threw. */
  readonly retried?: ((error: KoffError) => void) | undefined
  /** For a dependency of the start: an error that is not retriable then says how long koff tried. */
  readonly watch?: RetryWatch | undefined
}

/** Is notified of each failure at once. */
export interface RetryWatch {
  /** Called before each further attempt, with the last failure; `timeoutMs` is the limit for all attempts together. */
  retried(error: KoffError, timeoutMs: number): void
  /** Called when an attempt succeeded. */
  worked(): void
}

/** A server that names a later time is tried once more at that time, up to this limit. */
const longestGrantMs = 300_000

/**
 * Repeats `attempt` while it fails with a retriable `KoffError`.
 * @throws the last failure, with a watch also how long koff tried; the signal's reason where it aborts during a pause.
 */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, timeoutMs, firstPauseMs = 100, maxPauseMs = 2_000, retried, watch } = options
  const start = performance.now()
  for (let failures = 0; ; ) {
    let pauseMs: number
    try {
      const result = await attempt()
      if (failures > 0) watch?.worked()
      return result
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof KoffError && error.retriable)) throw error
      failures += 1
      pauseMs = pauseAfter(error, failures, { firstMs: firstPauseMs, maxMs: maxPauseMs })
      const grantedMs = timeoutMs + Math.min(error.retryAfterMs, longestGrantMs)
      if (performance.now() + pauseMs >= start + grantedMs) throw watch === undefined ? error : tried(error, grantedMs)
      retried?.(error)
      watch?.retried(error, timeoutMs)
    }
    await pause(pauseMs, signal)
  }
}

export interface PersistOptions {
  readonly signal: AbortSignal
  /** Called at the nth failure in a row. Returns it as a `KoffError`, or throws what must not be repeated. */
  readonly failed: (error: unknown, failures: number) => KoffError
  /** Pauses, instead of the usual ones. */
  readonly pauses?: { readonly firstMs: number; readonly maxMs: number }
  /** After an attempt that lasted this long the pauses are short again: it had worked. */
  readonly steadyMs?: number
}

const passing = { firstMs: 500, maxMs: 10_000 }
/** For failures that only a person can mend. */
const held = { firstMs: 30_000, maxMs: 30_000 }

/**
 * Repeats `attempt` until it works, at long intervals where only a person can help.
 * @throws what `failed` throws; the signal's reason where it aborts.
 */
export async function persist<T>(attempt: () => Promise<T>, options: PersistOptions): Promise<T> {
  const { signal, failed, pauses, steadyMs = Number.POSITIVE_INFINITY } = options
  for (let failures = 1; ; failures += 1) {
    const startedAt = performance.now()
    let pauseMs: number
    try {
      return await attempt()
    } catch (error) {
      signal.throwIfAborted()
      if (performance.now() - startedAt >= steadyMs) failures = 1
      const fault = failed(error, failures)
      pauseMs = pauseAfter(fault, failures, pauses ?? (fault.retriable ? passing : held))
    }
    await pause(pauseMs, signal)
  }
}

function tried(error: KoffError, timeoutMs: number): KoffError {
  const message = `${error.message}; tried for ${timeoutMs / 1000} s`
  return new KoffError(error.code, message, { retriable: true, cause: error })
}

async function pause(pauseMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(pauseMs, undefined, { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}
