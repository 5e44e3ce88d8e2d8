import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBatches } from '../../../src/kafka/records/readBatches.ts'
import { batchBytes, withCrc } from './logBytes.ts'
import { batchAt, batchesOf, codecs, faultsOf, read, recordsOf, three } from './scanned.ts'

const segment = readFileSync(
  join(import.meta.dirname, '../../corpus/segments/__consumer_offsets-0/00000000000000000000.log'),
)

describe('readBatches, message format v2', () => {
  it('reads the header and leaves the records where they are', () => {
    const { fields, records } = three(40)
    const bytes = batchBytes(
      { ...fields, leaderEpoch: 9, isTransactional: true, producerId: 2n ** 60n + 1n, producerEpoch: 4 },
      records,
    )
    const scan = read(bytes)
    expect(scan).toMatchObject({ consumed: bytes.length, isLost: false })
    const [batch] = batchesOf(scan)
    expect(batch).toEqual({
      partition: 7,
      byteOffset: 0,
      baseOffset: 40,
      lastOffset: 42,
      leaderEpoch: 9,
      magic: 2,
      compression: 'none',
      timestampType: 'CreateTime',
      baseTimestamp: 1_000,
      maxTimestamp: 1_005,
      isTransactional: true,
      isControl: false,
      producerId: 2n ** 60n + 1n,
      producerEpoch: 4,
      baseSequence: 3,
      recordCount: 3,
      bytes,
      start: 61,
      end: bytes.length,
    })
    expect(batch?.bytes).toBe(bytes)
    expect(recordsOf(batchesOf(scan))).toEqual([
      '[40,1000,3,"a","one"]',
      '[41,1005,4,"b",null]',
      `[42,990,5,null,"${'x'.repeat(5000)}"]`,
    ])
  })

  for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    it(`decompresses ${compression}`, () => {
      const { fields, records } = three(40)
      const batches = batchesOf(read(batchBytes({ ...fields, compression }, records)))
      expect(batches).toMatchObject([{ compression, recordCount: 3 }])
      expect(recordsOf(batches)).toEqual(recordsOf(batchesOf(read(batchAt(40)))))
    })

    it(`reports ${compression} that cannot be decompressed, and goes on`, () => {
      const { fields, records } = three(40)
      const broken = batchBytes({ ...fields, compression }, records)
      broken.fill(0xaa, 61, 68)
      const scan = read(Buffer.concat([withCrc(broken), batchAt(43)]))
      expect(faultsOf(scan)).toMatchObject([{ code: 'BAD_COMPRESSION', offset: 40, byteOffset: 0, partition: 7 }])
      expect(batchesOf(scan)).toMatchObject([{ baseOffset: 43 }])
    })
  }

  it('gives a batch whose records were all compacted away', () => {
    const bytes = batchBytes({ baseOffset: 5, lastOffset: 9, baseTimestamp: 1, maxTimestamp: 2 }, [])
    expect(batchesOf(read(bytes))).toMatchObject([{ baseOffset: 5, lastOffset: 9, recordCount: 0 }])
  })

  it('reports a wrong CRC with its place, and continues with the next batch', () => {
    const bytes = Buffer.concat([batchAt(0), batchAt(3), batchAt(6)])
    const second = batchAt(0).length
    bytes[second + 100] = 1
    const scan = readBatches(bytes, { partition: 7, codecs, file: 'some.log', fileOffset: 1_000 })
    expect(faultsOf(scan)).toMatchObject([
      { code: 'CRC_MISMATCH', offset: 3, byteOffset: 1_000 + second, partition: 7, file: 'some.log' },
    ])
    expect(batchesOf(scan).map(batch => batch.baseOffset)).toEqual([0, 6])
    expect(scan.items.map(item => item.kind)).toEqual(['batch', 'fault', 'batch'])
  })

  it('leaves a batch that is not all there, without a fault, wherever it is cut', () => {
    const whole = batchAt(0)
    const next = batchAt(3)
    for (const length of [0, 1, 11, 12, 16, 17, 60, 61, next.length - 1]) {
      const scan = read(Buffer.concat([whole, next.subarray(0, length)]))
      expect(scan).toMatchObject({ consumed: whole.length, isLost: false })
      expect(scan.items).toHaveLength(1)
    }
  })

  it('stops before preallocated space', () => {
    const whole = batchAt(0)
    expect(read(Buffer.concat([whole, Buffer.alloc(500)]))).toMatchObject({ consumed: whole.length, isLost: false })
  })

  it('is lost where a length cannot be one of a batch', () => {
    const whole = batchAt(0)
    const broken = batchAt(3)
    broken.writeInt32BE(-5, 8)
    const scan = read(Buffer.concat([whole, broken, batchAt(6)]))
    expect(scan).toMatchObject({ consumed: whole.length + 1, isLost: true })
    expect(faultsOf(scan)).toMatchObject([{ code: 'BAD_BATCH', byteOffset: whole.length, offset: 3 }])
  })

  it('finds the next batch where the length of a broken one is wrong', () => {
    const size = batchAt(3).length
    for (const wrong of [60, size - 20, size + 7, 2 * size - 12, 2 * size]) {
      const broken = batchAt(3)
      broken.writeInt32BE(wrong, 8)
      const scan = read(Buffer.concat([broken, batchAt(6), batchAt(9)]))
      expect(scan).toMatchObject({ consumed: 3 * size, isLost: false })
      expect(faultsOf(scan)[0]).toMatchObject({ code: 'CRC_MISMATCH', byteOffset: 0, offset: 3 })
      expect(batchesOf(scan).map(batch => batch.baseOffset)).toEqual([6, 9])
    }
  })

  it('opens a limited number at a time, and returns where to continue', () => {
    const log = Buffer.concat([batchAt(0), batchAt(3), batchAt(6), batchAt(9), batchAt(12)])
    const size = batchAt(0).length
    const offsets: number[][] = []
    for (let at = 0; at < log.length; ) {
      const scan = readBatches(log.subarray(at), { partition: 7, codecs, limit: 2 })
      offsets.push(batchesOf(scan).map(batch => batch.baseOffset))
      at += scan.consumed
    }
    expect(offsets).toEqual([[0, 3], [6, 9], [12]])
    expect(readBatches(log, { partition: 7, codecs, limit: 3 })).toMatchObject({ consumed: 3 * size, isLost: false })
  })

  it('leaves a broken batch until what follows it can be seen, where more is to come', () => {
    const broken = batchAt(3)
    broken[80] = 1
    const more = { partition: 7, codecs, hasMore: true }
    const followed = Buffer.concat([batchAt(0), broken, batchAt(6)])
    const size = broken.length
    expect(readBatches(followed.subarray(0, 2 * size + 60), more)).toMatchObject({ consumed: size })
    expect(faultsOf(readBatches(followed.subarray(0, 2 * size + 61), more))).toHaveLength(1)
    expect(faultsOf(read(followed.subarray(0, 2 * size)))).toHaveLength(1)
  })

  it('reports a message format that it does not know', () => {
    const unknown = batchAt(3)
    unknown[16] = 3
    const scan = read(Buffer.concat([unknown, batchAt(6)]))
    expect(faultsOf(scan)).toMatchObject([{ code: 'UNKNOWN_MAGIC', offset: 3 }])
    expect(batchesOf(scan)).toMatchObject([{ baseOffset: 6 }])
  })

  it('reports a codec that it does not know and a header that cannot be', () => {
    const codec = batchAt(0)
    codec[22] = 5
    const count = batchAt(3)
    count.writeInt32BE(-1, 57)
    const delta = batchAt(6)
    delta.writeInt32BE(-1, 23)
    const offset = batchAt(9)
    offset.writeInt32BE(0x7fffffff, 0)
    const scan = read(Buffer.concat([codec, count, delta].map(withCrc).concat(batchAt(9))))
    expect(faultsOf(scan).map(fault => fault.code)).toEqual(['BAD_COMPRESSION', 'BAD_BATCH', 'BAD_BATCH'])
    expect(batchesOf(scan)).toMatchObject([{ baseOffset: 9 }])
    expect(faultsOf(read(offset))).toMatchObject([{ code: 'BAD_BATCH', offset: null }])
  })
})

describe('readBatches on anything', () => {
  it('never throws, and accounts for every byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), bytes => {
        const scan = read(Buffer.from(bytes))
        expect(scan.consumed).toBeLessThanOrEqual(bytes.length)
        for (const batch of batchesOf(scan)) expect(batch.end).toBeLessThanOrEqual(batch.bytes.length)
      }),
      { numRuns: 2_000 },
    )
  })

  it('never throws on a log with wrong bytes in it, and without the right CRCs neither', () => {
    const change = fc.record({ at: fc.nat(segment.length - 1), byte: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), fc.boolean(), (changes, repaired) => {
        const bytes = Buffer.from(segment)
        for (const { at, byte } of changes) bytes[at] = byte
        const scan = readBatches(bytes, { partition: 0, codecs: repaired ? withAnyCrc(bytes) : codecs })
        expect(scan.consumed).toBeLessThanOrEqual(bytes.length)
        recordsOf(batchesOf(scan))
      }),
      { numRuns: 500 },
    )
  })
})

/** Codecs to which every CRC in `bytes` is right, so that damage gets through to what is behind them. */
function withAnyCrc(bytes: Buffer): typeof codecs {
  const stored = (part: Buffer, start = 0): number => bytes.readUInt32BE(part.byteOffset + start - bytes.byteOffset - 4)
  return { ...codecs, crc32c: stored, crc32: stored }
}
