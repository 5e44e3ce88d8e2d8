import type { KoffError } from './errors.ts'
import type { Log } from './log.ts'
import type { RetryWatch } from './retry.ts'

/** Whoever opens something that may not be there yet asks for a watch over it, by what it is: `Redis at localhost:6379`. */
export type Opening = (what: string) => RetryWatch

/** One line when something that the start needs is not there and is tried for a while, and one when it is. */
export function tellOpening(log: Log, now: () => number = () => performance.now()): Opening {
  return what => {
    let since: number | null = null
    return {
      retried({ message: reason }: KoffError, timeoutMs) {
        if (since !== null) return
        since = now()
        log.warn(`${reason}; trying for ${timeoutMs / 1000} s`, { reason, timeoutMs })
      },
      worked() {
        const durationMs = Math.round(now() - (since ?? now()))
        log.info(`${what} is there after ${(durationMs / 1000).toFixed(1)} s`, { durationMs })
      },
    }
  }
}
