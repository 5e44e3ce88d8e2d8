import { setTimeout as sleep } from 'node:timers/promises'
import { lastSequence } from '../../history/queries/events.ts'
import type { HistoryReader } from '../../history/store.ts'

const everyMs = 300

/** Looks once for all event streams whether there is something new. */
export class Tail {
  readonly #open: () => Promise<HistoryReader>
  readonly #waiting = new Set<(sequence: number) => void>()
  #isLooking = false

  constructor(open: () => Promise<HistoryReader>) {
    this.#open = open
  }

  /** Resolves with the place of the last event when it is behind `after`; with `after` when the signal aborts or the time is up. */
  async behind(after: number, signal: AbortSignal, mostMs: number): Promise<number> {
    if (signal.aborted) return after
    const { promise, resolve } = Promise.withResolvers<number>()
    const take = (sequence: number) => {
      if (sequence > after) resolve(sequence)
    }
    const give = () => resolve(after)
    this.#waiting.add(take)
    signal.addEventListener('abort', give)
    const limit = setTimeout(give, mostMs)
    if (!this.#isLooking) void this.#look()
    try {
      return await promise
    } finally {
      clearTimeout(limit)
      signal.removeEventListener('abort', give)
      this.#waiting.delete(take)
    }
  }

  async #look(): Promise<void> {
    this.#isLooking = true
    while (this.#waiting.size > 0) {
      // A history that cannot be read now is looked at again: the streams stay.
      const sequence = await this.#open()
        .then(lastSequence)
        .catch(() => 0)
      for (const take of this.#waiting) take(sequence)
      await sleep(everyMs)
    }
    this.#isLooking = false
  }
}
