/**
 * How long a broker takes to write the markers of a transaction. Until then the same id may begin none (KIP-98,
 * CONCURRENT_TRANSACTIONS), and asking again and again makes a busy broker slower. It is learned from what was seen before.
 * Times are those of one clock, ms.
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

  /** How long to wait before it is worth asking. */
  delayMs(now: number): number {
    return Math.max(0, this.#endedAt + this.#expectedMs - now)
  }

  /** It is asked. */
  tried(): void {
    this.#tries += 1
  }

  /** The answer was yes. Where it was at the first time, the next one is asked a little sooner. */
  settled(now: number): void {
    const tookMs = now - this.#endedAt
    this.#expectedMs = this.#tries <= 1 ? this.#expectedMs * 0.9 : Math.min(maxExpectedMs, tookMs * 0.8)
  }
}

/** Longer than that, an id was not busy but in trouble. */
const maxExpectedMs = 50
