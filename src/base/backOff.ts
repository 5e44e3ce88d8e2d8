import type { KoffError } from './errors.ts'

export interface BackOffOptions {
  /** The wait after the first failure, before jitter. */
  readonly firstMs: number
  readonly maxMs: number
  /** [0, 1); Math.random unless given. */
  readonly random?: () => number
}

/**
 * How long to wait after the nth failure in a row (from 1), in ms: doubles up to `maxMs`. Between half of that and all
 * of it is chosen at random, so that the clients of a broker do not all return at once.
 */
export function backOffMs(failures: number, { firstMs, maxMs, random = Math.random }: BackOffOptions): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(30, failures - 1))
  return Math.round(full / 2 + (full / 2) * random())
}

/**
 * As `backOffMs`, after a failure that may name a pause itself: that pause is the minimum, and the jitter is added to
 * it.
 */
export function pauseAfter({ retryAfterMs }: KoffError, failures: number, options: BackOffOptions): number {
  const pauseMs = backOffMs(failures, options)
  return retryAfterMs === 0 ? pauseMs : Math.max(pauseMs, retryAfterMs + pauseMs / 2)
}
