import { setTimeout as sleep } from 'node:timers/promises'
import { KoffError } from '../errors.ts'

export interface RetryOptions {
  readonly signal: AbortSignal
  /** No attempt is started after this; the last failure is then thrown. */
  readonly timeoutMs: number
  /** Pause after the first failure, doubled with each further one up to `maxPauseMs`. */
  readonly firstPauseMs?: number
  readonly maxPauseMs?: number
  /** Called before each further attempt, with what the last one threw. */
  readonly retried?: ((error: KoffError) => void) | undefined
}

/**
 * Repeats `attempt` while it fails with a `KoffError` that is retriable.
 * @throws what the last attempt threw; the signal's reason where it aborts in a pause.
 */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, timeoutMs, firstPauseMs = 100, maxPauseMs = 2_000, retried } = options
  const deadline = performance.now() + timeoutMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
    try {
      return await attempt()
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof KoffError && error.retriable) || performance.now() + pauseMs >= deadline) throw error
      retried?.(error)
    }
    // Instances that lost the same broker must not all come back at the same moment.
    await pause(pauseMs * (0.5 + Math.random() / 2), signal)
  }
}

async function pause(pauseMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(pauseMs, undefined, { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}
