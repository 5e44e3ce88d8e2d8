import { setTimeout as sleep } from 'node:timers/promises'
import { KoffError } from './errors.ts'

export interface RetryOptions {
  readonly signal: AbortSignal
  /** No attempt is started after this; the last failure is then thrown. */
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

/**
 * Repeats `attempt` while it fails with a `KoffError` that is retriable.
 * @throws what the last attempt threw, to a watch with how long it was tried; the signal's reason where it aborts in a pause.
 */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, timeoutMs, firstPauseMs = 100, maxPauseMs = 2_000, retried, watch } = options
  const deadline = performance.now() + timeoutMs
  let attempts = 0
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
    try {
      attempts += 1
      const result = await attempt()
      if (attempts > 1) watch?.worked()
      return result
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof KoffError && error.retriable)) throw error
      if (performance.now() + pauseMs >= deadline) throw watch === undefined ? error : tried(error, timeoutMs)
      retried?.(error)
      watch?.retried(error, timeoutMs)
    }
    // Instances that lost the same broker must not all come back at the same moment.
    await pause(pauseMs * (0.5 + Math.random() / 2), signal)
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
