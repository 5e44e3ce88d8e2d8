import type { KoffError } from './errors.ts'
import type { Log } from './log.ts'
import { createOutage } from './outage.ts'
import type { RetryWatch } from './retry.ts'

/** Watches the opening of something that may not be available yet, by its name: `Redis at localhost:6379`. */
export type Opening = (what: string) => RetryWatch

/** Logs one line when a dependency is not available at the start, and one when it is. */
export function tellOpening(log: Log, now?: () => number): Opening {
  return what => {
    let timeoutMs = 0
    const outage = createOutage({
      log,
      began: reason => `${reason}; trying for ${timeoutMs / 1000} s`,
      ended: seconds => `${what} is available after ${seconds} s`,
      ...(now === undefined ? {} : { now }),
    })
    return {
      retried({ message }: KoffError, limitMs) {
        timeoutMs = limitMs
        outage.begin(message)
      },
      worked: () => outage.end(),
    }
  }
}
