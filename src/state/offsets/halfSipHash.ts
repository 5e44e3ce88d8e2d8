/** A secret: without it nobody can choose keys that collide. Random, and not part of the state. */
export type HashSeed = readonly [number, number]

/**
 * HalfSipHash-1-3 of `words[start, end)`: a keyed 32-bit hash for hash tables, as in Linux. Clients choose group ids.
 * With a hash that anybody can compute, one client could give thousands of keys the same place in the table. A seed
 * alone does not help: simpler hashes have keys that collide for every seed.
 */
export function halfSipHash(words: DataView, start: number, end: number, [k0, k1]: HashSeed): number {
  let v0 = k0
  let v1 = k1
  let v2 = 0x6c796765 ^ k0
  let v3 = 0x74656462 ^ k1
  const wholeEnd = start + ((end - start) & ~3)
  const tail = tailOf(words, wholeEnd, end) | ((end - start) << 24)
  // One round for each word, one for the tail, and three final rounds without input.
  for (let at = start; at <= wholeEnd + 12; at += 4) {
    const word = at < wholeEnd ? words.getInt32(at, true) : at === wholeEnd ? tail : 0
    if (at === wholeEnd + 4) v2 ^= 0xff
    v3 ^= word
    v0 = (v0 + v1) | 0
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
    v0 = (v0 << 16) | (v0 >>> 16)
    v2 = (v2 + v3) | 0
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
    v0 = (v0 + v3) | 0
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
    v2 = (v2 + v1) | 0
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
    v2 = (v2 << 16) | (v2 >>> 16)
    v0 ^= word
  }
  return v1 ^ v3
}

function tailOf(words: DataView, start: number, end: number): number {
  let tail = 0
  for (let at = start, shift = 0; at < end; at++, shift += 8) tail |= words.getUint8(at) << shift
  return tail
}
