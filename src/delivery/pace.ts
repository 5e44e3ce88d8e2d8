/** The event loop waits no longer, where work can pause: sessions and heartbeats depend on its timers. */
const sliceMs = 15

/** Gives the event loop a turn during long work. */
export class Pace {
  #since = 0
  #turn: NodeJS.Immediate | null = null
  #last: Promise<void> = Promise.resolve()

  /** To be called before a piece of work: the time counts from the first one in a turn of the event loop. */
  begin(): void {
    if (this.#turn !== null) return
    // An await of something that is already there starts no turn.
    this.#since = performance.now()
    this.#turn = setImmediate(() => {
      this.#turn = null
    })
  }

  /**
   * To be called between two pieces of work. Undefined: there is time for another piece in this turn of the event loop. Each
   * caller that waits has a turn of its own, so that the pieces of two callers do not add up.
   */
  pause(): Promise<void> | undefined {
    if (this.#turn === null) {
      this.begin()
      return undefined
    }
    if (performance.now() - this.#since <= sliceMs) return undefined
    this.#last = this.#last.then(() => this.#nextTurn())
    return this.#last
  }

  #nextTurn(): Promise<void> {
    return new Promise(resolve => {
      setImmediate(() => {
        this.begin()
        resolve()
      })
    })
  }
}
