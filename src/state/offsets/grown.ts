type Numbers = Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>

/**
 * The content of `numbers` in an array of `length`, and zeros after it. The memory of `numbers` is released at once, and the
 * array is empty afterwards: a collection of garbage would release it late, because V8 hardly counts it.
 */
export function grown<T extends Numbers>(numbers: T, length: number): T {
  const { buffer, BYTES_PER_ELEMENT, constructor } = numbers
  return new (constructor as new (bytes: ArrayBuffer) => T)(buffer.transfer(length * BYTES_PER_ELEMENT))
}

/** Releases the memory of an array that has a buffer of its own and is no longer used. */
export function releaseNow({ buffer }: Numbers): void {
  buffer.transfer(0)
}
