/** The number of bytes that `putVarint` writes for an int32. */
export function varintSize(value: number): number {
  const bits = 32 - Math.clz32(zigzag(value))
  return bits === 0 ? 1 : Math.ceil(bits / 7)
}

/**
 * Writes an int32 in the encoding of Kafka's records (zigzag, seven bits a byte, the lowest first); gives where it
 * ends.
 */
export function putVarint(out: Buffer, start: number, value: number): number {
  let at = start
  let rest = zigzag(value)
  while (rest > 127) {
    out[at++] = (rest & 127) | 128
    rest >>>= 7
  }
  out[at++] = rest
  return at
}

/** Zigzag, as an unsigned 32-bit number. */
function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0
}
