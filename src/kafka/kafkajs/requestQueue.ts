import { createRequire } from 'node:module'

/** The part of `RequestQueue` that this module uses; kafkajs neither exports nor types it. */
interface RequestQueue {
  readonly pending: readonly unknown[]
  readonly throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  checkPendingRequests(): void
}

/** As `CHECK_PENDING_REQUESTS_INTERVAL` of kafkajs. */
const checkEveryMs = 10

/**
 * kafkajs 2.2.4 sets a timer after each response, also where no request waits. Its time is then some negative number, of
 * which Node warns each time (TimeoutNegativeWarning). No option prevents it. This sets the timer only where a request
 * waits, which is all that the timer is for.
 */
export function mendRequestQueue(): void {
  const queue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as {
    readonly prototype: { scheduleCheckPendingRequests: (this: RequestQueue) => void }
  }
  queue.prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return
    const waitMs = Math.max(checkEveryMs, this.throttledUntil - Date.now())
    this.throttleCheckTimeoutId = setTimeout(() => {
      this.throttleCheckTimeoutId = null
      this.checkPendingRequests()
    }, waitMs)
  }
}
