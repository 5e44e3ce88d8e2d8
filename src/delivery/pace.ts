/** The event loop waits no longer, where work can pause: sessions and heartbeats depend on its timers. */
const sliceMs = 15

/** Gives the event loop a turn during long work. */
export class Pace {
  #since = 0
  #turn: NodeJS.Immediate | null = null

  /** To be called between two pieces of work. Undefined: there is time for another piece in this turn of the event loop. */
  pause(): Promise<void> | undefined {
    const now = performance.now()
    if (this.#turn === null) {
      // The time counts from the start of a turn. An await of something that is already there starts none.
      this.#since = now
      this.#turn = setImmediate(() => {
        this.#turn = null
      })
      return undefined
    }
    if (now - this.#since <= sliceMs) return undefined
    return new Promise(resolve => setImmediate(resolve))
  }
}
