/** Integers of up to 2^53, small ones short: zigzag, seven bits a byte, low ones first. */
export class VarintWriter {
  #bytes = Buffer.allocUnsafe(256)
  #length = 0

  put(value: number): void {
    if (this.#length + 10 > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(this.#bytes.length * 2)
      this.#bytes.copy(grown)
      this.#bytes = grown
    }
    let rest = value < 0 ? -2 * value - 1 : 2 * value
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#bytes[this.#length++] = rest
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }
}

export class VarintReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** @throws RangeError at the end of the bytes. */
  next(): number {
    const first = this.#bytes[this.#at] ?? 0x80
    if (first < 0x80) {
      this.#at += 1
      return (first >>> 1) ^ -(first & 1)
    }
    return this.#longer()
  }

  #longer(): number {
    let value = 0
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw new RangeError('history: a block of progress ends too early')
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    }
  }
}

/** The zigzag form of a larger one is not exact. */
export const largest = 2 ** 51
