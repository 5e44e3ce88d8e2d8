import { setTimeout as sleep } from 'node:timers/promises'
import { pauseAfter } from './backOff.ts'
import { KoffError } from './errors.ts'

export interface RetryOptions {
  readonly signal: AbortSignal
  /** No attempt is started after this, unless the other side wants to be asked later; the last failure is then thrown. Infinity: until it works. */
  readonly timeoutMs: number
  /** Pause after the first failure, doubled with each further one up to `maxPauseMs`. */
  readonly firstPauseMs?: number
  readonly maxPauseMs?: number
  /** Called before each further attempt, with what the last one threw. */
  readonly retried?: ((error: KoffError) => void) | undefined
  /** Of what is needed before anything can begin: what fails for good then says how long it was tried. */
  readonly watch?: RetryWatch | undefined
}

/** Hears of what does not work at once. */
export interface RetryWatch {
  /** Called before each further attempt, with what the last one threw; `timeoutMs` is what all of them may take. */
  retried(error: KoffError, timeoutMs: number): void
  /** Called where one of them worked. */
  worked(): void
}

/** A server that names a later time is asked once more then, up to this. */
const longestGrantMs = 300_000

/**
 * Repeats `attempt` while it fails with a `KoffError` that is retriable.
 * @throws what the last attempt threw, to a watch with how long it was tried; the signal's reason where it aborts in a pause.
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
  /** Called at each failure. Gives it as a `KoffError`, or throws what must not be repeated. */
  readonly failed: (error: unknown) => KoffError
}

const passing = { firstMs: 500, maxMs: 10_000 }
/** For what only a person can mend. */
const held = { firstMs: 30_000, maxMs: 30_000 }

/**
 * Repeats `attempt` until it works: seldom where only a person can help.
 * @throws what `failed` throws; the signal's reason where it aborts.
 */
export async function persist<T>(attempt: () => Promise<T>, { signal, failed }: PersistOptions): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    let pauseMs: number
    try {
      return await attempt()
    } catch (error) {
      signal.throwIfAborted()
      const fault = failed(error)
      pauseMs = pauseAfter(fault, failures, fault.retriable ? passing : held)
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
