/**
 * The time that a broker takes to write the markers of a transaction. Until then the same id cannot begin another one
 * (KIP-98, CONCURRENT_TRANSACTIONS), and frequent attempts slow a busy broker down. The time is learned from earlier
 * transactions. Times are those of one clock, ms.
 */
export class Settling {
  #endedAt = Number.NEGATIVE_INFINITY
  #expectedMs = 0
  #tries = 0

  /** A transaction ended. */
  begin(now: number): void {
    this.#endedAt = now
    this.#tries = 0
  }

  /** How long to wait before the first attempt. */
  delayMs(now: number): number {
    return Math.max(0, this.#endedAt + this.#expectedMs - now)
  }

  /** An attempt begins. */
  tried(): void {
    this.#tries += 1
  }

  /** An attempt succeeded. If it was the first one, the next wait is a little shorter. */
  settled(now: number): void {
    const tookMs = now - this.#endedAt
    this.#expectedMs = this.#tries <= 1 ? this.#expectedMs * 0.9 : Math.min(maxExpectedMs, tookMs * 0.8)
  }
}

/** A longer time is not the usual delay but a failure. */
const maxExpectedMs = 50
