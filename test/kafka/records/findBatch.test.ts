import { describe, expect, it } from 'vitest'
import { batchCodecs } from '../../../src/kafka/codecs/codecs.ts'
import { beginsBatch, findBatch } from '../../../src/kafka/records/findBatch.ts'
import { batchBytes, withCrc } from './logBytes.ts'

const batch = batchBytes({ baseOffset: 700, lastOffset: 700, baseTimestamp: 1, maxTimestamp: 1 }, [
  { offset: 700, timestamp: 1, key: Buffer.from('k'), value: Buffer.alloc(90, 2) },
])
const search = { codecs: batchCodecs(), maxLength: 1_000, mayBeCut: false }

describe('findBatch', () => {
  it('finds a batch behind any bytes', () => {
    const bytes = Buffer.concat([Buffer.alloc(40, 2), Buffer.alloc(40), batch])
    expect(findBatch(bytes, 0, search)).toBe(80)
    expect(findBatch(bytes, 80, search)).toBe(80)
    expect(findBatch(bytes, 81, search)).toBe(-1)
  })

  it('finds an incomplete one on request, if its header is complete', () => {
    expect(findBatch(batch.subarray(0, -1), 0, search)).toBe(-1)
    expect(findBatch(batch.subarray(0, 61), 0, { ...search, mayBeCut: true })).toBe(0)
    expect(findBatch(batch.subarray(0, 60), 0, { ...search, mayBeCut: true })).toBe(-1)
  })

  it('rejects one that is too long', () => {
    expect(findBatch(batch, 0, { ...search, maxLength: batch.length })).toBe(0)
    expect(findBatch(batch, 0, { ...search, maxLength: batch.length - 1 })).toBe(-1)
  })

  it('rejects one with a wrong CRC or inconsistent fields', () => {
    const wrong = Buffer.from(batch)
    wrong[100] = 9
    expect(findBatch(wrong, 0, search)).toBe(-1)
    for (const [at, value] of [
      [0, 255],
      [16, 1],
      [21, 1],
      [22, 128],
      [23, 255],
      [57, 255],
      [60, 2],
    ] as const) {
      const bytes = Buffer.from(batch)
      bytes[at] = value
      expect(findBatch(withCrc(bytes), 0, search)).toBe(-1)
    }
  })

  it('gives up on bytes that look like a batch everywhere', () => {
    // Headers that overlap, each of a batch as long as all that follows
    const bytes = Buffer.alloc(200_000)
    for (let at = 0; at + 61 < bytes.length; at += 61) {
      bytes[at + 16] = 2
      bytes.writeInt32BE(bytes.length - at - 12, at + 8)
    }
    expect(findBatch(bytes, 0, { ...search, maxLength: bytes.length })).toBe(-1)
  })
})

describe('beginsBatch', () => {
  it('accepts what can still become a batch, and zeros', () => {
    for (const length of [0, 10, 17, 61, batch.length]) expect(beginsBatch(batch.subarray(0, length), 0)).toBe(true)
    expect(beginsBatch(Buffer.alloc(100), 0)).toBe(true)
  })

  it('refuses what cannot', () => {
    expect(beginsBatch(Buffer.alloc(100, 'text'), 0)).toBe(false)
    expect(beginsBatch(batch, 1)).toBe(false)
  })
})
