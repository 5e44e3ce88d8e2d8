export interface LongTimestamp {
  readonly timestamp: number
  /** Where the field ends. */
  readonly end: number
}

/**
 * A timestamp as its delta to `base`, a zigzag varint of at most ten bytes, for 64 bits; wraps round as a Java long does.
 * Null where the varint does not end before `end`.
 */
export function longTimestamp(bytes: Buffer, start: number, end: number, base: number): LongTimestamp | null {
  let raw = 0
  let scale = 1
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    // Beyond that, doubles are no longer exact.
    if (scale > 2 ** 45) return longestTimestamp(bytes, start, end, base)
    raw += (byte & 127) * scale
    scale *= 128
    if (byte < 128) return { timestamp: base + (raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2), end: at + 1 }
  }
  return null
}

function longestTimestamp(bytes: Buffer, start: number, end: number, base: number): LongTimestamp | null {
  let raw = 0n
  let at = start
  for (let shift = 0n; shift < 70n && at < end; shift += 7n) {
    const byte = bytes[at++] as number
    raw |= BigInt(byte & 127) << shift
    if (byte > 127) continue
    const delta = BigInt.asIntN(64, (BigInt.asUintN(64, raw) >> 1n) ^ -(raw & 1n))
    return { timestamp: Number(BigInt.asIntN(64, BigInt(base) + delta)), end: at }
  }
  return null
}
