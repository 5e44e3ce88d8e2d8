import { setTimeout as sleep } from 'node:timers/promises'

/** When the next request may begin: after the last one by the rate, and after a pause that the receiver asked for. */
export class RequestPace {
  #nextAt = 0
  readonly #gapMs: number
  readonly #now: () => number

  /** `perSecond` undefined: no limit. `now`: ms of a clock that never goes back. */
  constructor(perSecond: number | undefined, now: () => number = () => performance.now()) {
    this.#gapMs = perSecond === undefined ? 0 : 1_000 / perSecond
    this.#now = now
  }

  /** How long to wait in ms; the turn is taken. */
  take(): number {
    const now = this.#now()
    const at = Math.max(now, this.#nextAt)
    this.#nextAt = at + this.#gapMs
    return at - now
  }

  /** No request begins within the next `ms`. */
  pause(ms: number): void {
    this.#nextAt = Math.max(this.#nextAt, this.#now() + ms)
  }

  /** Resolves when a request may begin. @throws the signal's reason. */
  async turn(signal: AbortSignal): Promise<void> {
    const waitMs = this.take()
    if (waitMs <= 0) return
    try {
      await sleep(waitMs, undefined, { signal })
    } catch (error) {
      signal.throwIfAborted()
      throw error
    }
  }
}
