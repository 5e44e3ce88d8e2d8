import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../../src/kafka/records/int64.ts'
import { type HashSeed, halfSipHash } from '../../../src/state/offsets/halfSipHash.ts'
import { keyBytes } from '../../../src/state/offsets/keyBytes.ts'
import { KeyIndex } from '../../../src/state/offsets/keyIndex.ts'

describe('the index of keys', () => {
  it('needs few probes for keys that were made to collide in a hash without a seed', () => {
    const keys = craftedKeys(20_000)
    expect(probes(keys, plainHash)).toBeGreaterThan(100 * keys.length)
    fc.assert(
      fc.property(seed, given => {
        expect(probes(keys, key => halfSipHash(wordsOf(key), 0, key.length, given))).toBeLessThan(2 * keys.length)
        expect(reads(keys, new KeyIndex(given))).toBeLessThan(4 * keys.length)
      }),
      { numRuns: 5 },
    )
  })

  it('needs few probes for keys that no seed keeps apart in a hash that multiplies: their differences cancel out', () => {
    const keys = cancellingKeys(14)
    for (const start of [0, 1, 0x12345678]) {
      expect(probes(keys, key => plainHash(key, start))).toBeGreaterThan(100 * keys.length)
    }
    expect(probes(keys, key => halfSipHash(wordsOf(key), 0, key.length, [1, 2]))).toBeLessThan(2 * keys.length)
    expect(reads(keys, new KeyIndex([1, 2]))).toBeLessThan(4 * keys.length)
  })

  it('finds the same rows with any seed', () => {
    const key = fc.tuple(fc.string({ unit: 'binary' }), fc.string(), fc.nat(3)).map(parts => keyBytes(...parts))
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.boolean())), seed, seed, (steps, one, other) => {
        const indexes = [new KeyIndex(one), new KeyIndex(other)]
        for (const [bytes, isRemoved] of steps) {
          const [words, end] = [wordsOf(bytes), bytes.length]
          const rows = indexes.map(index => {
            const known = index.find(words, 0, end)
            if (known < 0) return index.add(words, 0, end)
            if (isRemoved) index.remove(known)
            return known
          })
          expect(rows[0]).toBe(rows[1])
        }
      }),
    )
  })
})

describe('the hash', () => {
  it('is HalfSipHash-1-3, by the vectors of the Linux kernel (lib/test_siphash.c)', () => {
    const hashes = Array.from({ length: 8 }, (_, length) => {
      const bytes = Buffer.from(Array.from({ length }, (_, n) => n))
      return halfSipHash(wordsOf(bytes), 0, length, [0x03020100, 0x07060504]) >>> 0
    })
    expect(hashes).toEqual([
      0x5814c896, 0xe7e864ca, 0xbc4b0e30, 0x01539939, 0x7e059ea6, 0x88e3d89b, 0xa0080b65, 0x9d38d9d6,
    ])
  })
})

const seed: fc.Arbitrary<HashSeed> = fc.tuple(fc.integer(), fc.integer())

/** How many slots are looked at to put the keys into a table such as the index has: open, at most half full. */
function probes(keys: readonly Buffer[], hash: (key: Buffer) => number): number {
  const mask = 2 ** Math.ceil(Math.log2(keys.length * 2)) - 1
  const used = new Uint8Array(mask + 1)
  let count = 0
  for (const key of keys) {
    let slot = hash(key) & mask
    for (count++; used[slot] === 1; count++) slot = (slot + 1) & mask
    used[slot] = 1
    if (count > 1_000 * keys.length) break
  }
  return count
}

/** How often the last word of a key is read, to hash it and for each other key that it is compared with, to find them all. */
function reads(keys: readonly Buffer[], index: KeyIndex): number {
  for (const key of keys) index.add(wordsOf(key), 0, key.length)
  let count = 0
  // Backwards, so that no key is found by guessing that it follows on the one before.
  for (const key of keys.toReversed()) {
    const words = wordsOf(key)
    const getInt32 = words.getInt32.bind(words)
    words.getInt32 = (at, isLittleEndian) => {
      if (at === key.length - 4) count++
      return getInt32(at, isLittleEndian)
    }
    index.find(words, 0, key.length)
  }
  return count
}

/** The hash that the index had before, which was the same everywhere. */
function plainHash(key: Buffer, start = 0): number {
  const words = wordsOf(key)
  const last = key.length - 4
  let hash = Math.imul(words.getInt32(last, true), multiplier) ^ start
  for (let at = 0; at < last; at += 4) hash = step(hash, words.getInt32(at, true))
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

const multiplier = 0x9e3779b1
const factor = 0x85ebca6b

function step(hash: number, word: number): number {
  return Math.imul(hash ^ (hash >>> 15) ^ word, factor)
}

/** Keys of groups that a client may name like that: the word after a counter is solved for, so that all end the same. */
function craftedKeys(count: number): Buffer[] {
  const keys: Buffer[] = []
  const target = 0x1234567
  for (let n = 0; keys.length < count; n++) {
    const key = keyBytes(`g${n.toString(36).padStart(9, '0')}????`, 'topics', 0)
    const words = wordsOf(key)
    let hash = Math.imul(words.getInt32(key.length - 4, true), multiplier)
    for (let at = 0; at < 12; at += 4) hash = step(hash, words.getInt32(at, true))
    const word = hash ^ (hash >>> 15) ^ Math.imul(target, inverse(factor))
    words.setInt32(12, word, true)
    if (key.subarray(12, 16).every(byte => byte >= 0x21 && byte < 0x7f)) keys.push(key)
  }
  return keys
}

/** Each pair of words may be of two forms, which differ in the highest bit of the first: all 2^pairs end the same. */
function cancellingKeys(pairs: number): Buffer[] {
  return Array.from({ length: 2 ** pairs }, (_, choice) => {
    const key = Buffer.alloc(8 * pairs + 4, 'a')
    const words = wordsOf(key)
    for (let pair = 0; pair < pairs; pair++) {
      if (((choice >> pair) & 1) === 0) continue
      words.setInt32(8 * pair, words.getInt32(8 * pair, true) ^ 0x80000000, true)
      words.setInt32(8 * pair + 4, words.getInt32(8 * pair + 4, true) ^ 0x80010000, true)
    }
    return key
  })
}

/** Modulo 2^32, of an odd number. */
function inverse(odd: number): number {
  let found = odd
  for (let bits = 3; bits < 32; bits *= 2) found = Math.imul(found, 2 - Math.imul(odd, found))
  return found
}
