import type { KoffError } from './errors.ts'

export interface BackOffOptions {
  /** The wait after the first failure, before jitter. */
  readonly firstMs: number
  readonly maxMs: number
  /** [0, 1); Math.random unless given. */
  readonly random?: () => number
}

/**
 * How long to wait after the nth failure in a row (1 is the first), in ms: doubles up to `maxMs`, and of that at least a
 * half, so that many clients of a broker that comes back do not come all at once.
 */
export function backOffMs(failures: number, { firstMs, maxMs, random = Math.random }: BackOffOptions): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(30, failures - 1))
  return Math.round(full / 2 + (full / 2) * random())
}

/** The same after a failure that may name a pause itself: that is the least, with the jitter on top of it. */
export function pauseAfter({ retryAfterMs }: KoffError, failures: number, options: BackOffOptions): number {
  const pauseMs = backOffMs(failures, options)
  return retryAfterMs === 0 ? pauseMs : Math.max(pauseMs, retryAfterMs + pauseMs / 2)
}
