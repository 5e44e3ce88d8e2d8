const MAGIC_LENGTH = 4

/**
 * A copy of an LZ4 frame with the right header checksum. Kafka's clients of message format v0 computed it over the
 * magic number, too (KAFKA-3160), which no other reader of LZ4 frames accepts.
 */
export function withRepairedChecksum(frame: Buffer): Buffer {
  if (frame.length < 7) return frame
  const flags = frame[MAGIC_LENGTH] as number
  const descriptor = 2 + ((flags & 8) === 0 ? 0 : 8) + ((flags & 1) === 0 ? 0 : 4)
  const checksumAt = MAGIC_LENGTH + descriptor
  if (checksumAt >= frame.length) return frame
  const repaired = Buffer.from(frame)
  repaired[checksumAt] = (xxh32Short(frame.subarray(MAGIC_LENGTH, checksumAt)) >>> 8) & 0xff
  return repaired
}

const PRIME_1 = 0x9e3779b1
const PRIME_2 = 0x85ebca77
const PRIME_3 = 0xc2b2ae3d
const PRIME_4 = 0x27d4eb2f
const PRIME_5 = 0x165667b1

/** xxHash32 with seed 0 of fewer than 16 bytes, which is enough for a frame header (xxHash specification, 1.1). */
function xxh32Short(bytes: Buffer): number {
  let hash = (PRIME_5 + bytes.length) | 0
  let at = 0
  for (; bytes.length - at >= 4; at += 4) {
    hash = Math.imul(rotate(hash + Math.imul(bytes.readInt32LE(at), PRIME_3), 17), PRIME_4)
  }
  for (; at < bytes.length; at++) {
    hash = Math.imul(rotate(hash + Math.imul(bytes[at] as number, PRIME_5), 11), PRIME_1)
  }
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2)
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
