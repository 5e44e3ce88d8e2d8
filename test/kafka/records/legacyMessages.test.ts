import { describe, expect, it } from 'vitest'
import type { BatchScan } from '../../../src/kafka/records/readBatches.ts'
import { compress, messageBytes } from './logBytes.ts'
import { batchAt, batchesOf, faultsOf, read, recordsOf } from './scanned.ts'

/** A compressed message that holds `inner`. */
function wrap(inner: Buffer | null): Buffer {
  const value = inner === null ? null : compress('gzip', inner)
  return messageBytes({ magic: 1, offset: 3, timestamp: 99, compression: 'gzip', key: null, value })
}

describe('messages of the formats v0 and v1', () => {
  const key = Buffer.from('k')
  const value = Buffer.from('v')

  it('makes every message a batch of its own', () => {
    const scan = read(
      Buffer.concat([
        messageBytes({ magic: 0, offset: 4, key, value: null }),
        messageBytes({ magic: 1, offset: 5, timestamp: 77, key: null, value }),
        messageBytes({ magic: 1, offset: 8, timestamp: 78, appendTime: true, key, value }),
        batchAt(9),
      ]),
    )
    expect(faultsOf(scan)).toEqual([])
    expect(batchesOf(scan)).toMatchObject([
      { magic: 0, baseOffset: 4, lastOffset: 4, timestampType: 'NoTimestampType', maxTimestamp: -1, leaderEpoch: -1 },
      { magic: 1, baseOffset: 5, lastOffset: 5, timestampType: 'CreateTime', maxTimestamp: 77, producerId: -1n },
      { magic: 1, baseOffset: 8, lastOffset: 8, timestampType: 'LogAppendTime', maxTimestamp: 78, recordCount: 1 },
      { magic: 2, baseOffset: 9 },
    ])
    expect(recordsOf(batchesOf(scan)).slice(0, 3)).toEqual([
      '[4,-1,-1,"k",null]',
      '[5,77,-1,null,"v"]',
      '[8,78,-1,"k","v"]',
    ])
  })

  for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    it(`opens a v1 wrapper of ${compression}: the wrapper has the offset of its last message`, () => {
      const inner = Buffer.concat([
        messageBytes({ magic: 1, offset: 0, timestamp: 70, key, value }),
        messageBytes({ magic: 1, offset: 3, timestamp: 71, key, value: null }),
      ])
      const wrapper = { magic: 1, offset: 103, timestamp: 71, compression, key: null } as const
      const scan = read(messageBytes({ ...wrapper, value: compress(compression, inner) }))
      expect(batchesOf(scan)).toMatchObject([
        { magic: 1, baseOffset: 100, lastOffset: 100, compression, timestampType: 'CreateTime' },
        { magic: 1, baseOffset: 103, lastOffset: 103, compression, timestampType: 'CreateTime' },
      ])
      expect(recordsOf(batchesOf(scan))).toEqual(['[100,70,-1,"k","v"]', '[103,71,-1,"k",null]'])
    })
  }

  it('opens a v0 wrapper: offsets are absolute', () => {
    const inner = Buffer.concat([
      messageBytes({ magic: 0, offset: 100, key, value }),
      messageBytes({ magic: 0, offset: 103, key, value: null }),
    ])
    const wrapper = messageBytes({
      magic: 0,
      offset: 103,
      compression: 'gzip',
      key: null,
      value: compress('gzip', inner),
    })
    expect(recordsOf(batchesOf(read(wrapper)))).toEqual(['[100,-1,-1,"k","v"]', '[103,-1,-1,"k",null]'])
  })

  it('gives all messages of a wrapper its time where the broker set that', () => {
    const inner = messageBytes({ magic: 1, offset: 0, timestamp: 70, key, value })
    const wrapper = { magic: 1, offset: 3, timestamp: 99, appendTime: true, compression: 'gzip', key: null } as const
    const batches = batchesOf(read(messageBytes({ ...wrapper, value: compress('gzip', inner) })))
    expect(batches).toMatchObject([{ timestampType: 'LogAppendTime', baseTimestamp: 99, baseOffset: 3 }])
  })

  it('reads the LZ4 frames of v0 with their wrong header checksum, and refuses them in v1', () => {
    const [old, newer] = ([0, 1] as const).map(magic => {
      const frame = compress('lz4', messageBytes({ magic, offset: 0, timestamp: 5, key, value }))
      frame[6] = (frame[6] as number) ^ 0xff
      return read(messageBytes({ magic, offset: 0, timestamp: 5, compression: 'lz4', key: null, value: frame }))
    }) as [BatchScan, BatchScan]
    expect(recordsOf(batchesOf(old))).toEqual(['[0,-1,-1,"k","v"]'])
    expect(faultsOf(newer)).toMatchObject([{ code: 'BAD_COMPRESSION' }])
  })

  it('reports a wrong CRC and continues', () => {
    const broken = messageBytes({ magic: 1, offset: 5, timestamp: 77, key, value })
    broken[broken.length - 1] = 0
    const scan = read(Buffer.concat([broken, messageBytes({ magic: 0, offset: 6, key, value })]))
    expect(faultsOf(scan)).toMatchObject([{ code: 'CRC_MISMATCH', offset: 5 }])
    expect(batchesOf(scan)).toMatchObject([{ baseOffset: 6 }])
  })

  it('reports wrappers with invalid content', () => {
    const good = messageBytes({ magic: 1, offset: 0, timestamp: 70, key, value })
    const faults = [
      null,
      Buffer.alloc(0),
      good.subarray(0, 9),
      good.subarray(0, -1),
      Buffer.concat([good, Buffer.alloc(40)]),
      messageBytes({ magic: 0, offset: 0, key, value }),
      wrap(good),
      messageBytes({ magic: 1, offset: 9, timestamp: 70, key, value }).fill(0xff, 0, 8),
      Buffer.concat([good, messageBytes({ magic: 1, offset: 9, timestamp: 70, key, value })]),
    ].map(inner => faultsOf(read(wrap(inner)))[0])
    expect(faults.map(fault => fault?.code)).toEqual(faults.map(() => 'BAD_BATCH'))
    expect(new Set(faults.map(fault => fault?.reason)).size).toBe(9)
  })
})
