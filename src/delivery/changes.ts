/** Partitions become ready one by one, but one source is opened for several. */
const settleMs = 100

/** Signals that other partitions are ready, once for all that become ready at about the same time. */
export class Changes {
  #changed = new AbortController()
  #settling: NodeJS.Timeout | undefined
  readonly #came: () => void

  constructor(came: () => void) {
    this.#came = came
  }

  get signal(): AbortSignal {
    return this.#changed.signal
  }

  comeSoon(): void {
    clearTimeout(this.#settling)
    this.#settling = setTimeout(() => {
      this.#changed.abort()
      this.#came()
    }, settleMs)
  }

  /** Resets `signal` for later changes: an aborted one stays aborted. */
  forget(): void {
    if (this.#changed.signal.aborted) this.#changed = new AbortController()
  }

  stop(): void {
    clearTimeout(this.#settling)
  }
}
