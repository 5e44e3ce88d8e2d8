import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchCodecs } from '../../../src/kafka/codecs/codecs.ts'
import { openBatch, readBatches } from '../../../src/kafka/records/readBatches.ts'
import { type BatchWalk, walkBatches, walkRest } from '../../../src/kafka/records/walkBatches.ts'
import { batchBytes, messageBytes } from './logBytes.ts'

const codecs = batchCodecs()

function batch(baseOffset: number, lastOffset = baseOffset, leaderEpoch = 3): Buffer {
  const record = { offset: baseOffset, timestamp: 0, key: null, value: Buffer.alloc(20 * (baseOffset % 7)) }
  return batchBytes({ baseOffset, lastOffset, leaderEpoch, baseTimestamp: 0, maxTimestamp: 0 }, [record])
}

function walked(bytes: Buffer): Omit<BatchWalk, 'bounds'> & { readonly bounds: readonly number[] } {
  const { bounds, ...walk } = walkBatches(bytes, codecs.crc32c)
  return { bounds: [...bounds], ...walk }
}

describe('walkBatches', () => {
  const batches = [batch(10, 14), batch(15), batch(20, 29)]
  const log = Buffer.concat(batches)
  const [first, second] = batches.map(({ length }) => length) as [number, number]
  const bounds = [0, first, first + second, log.length]

  test('says where the batches begin and end, and which offset follows', () => {
    expect(walked(log)).toEqual({ bounds, isSound: true, next: 30, epochs: [{ epoch: 3, start: 10 }] })
  })

  test('leaves out the beginning of one more batch, which may follow', () => {
    for (const cut of [first + second, first + second + 1, first + second + 40, log.length - 1]) {
      expect(walked(log.subarray(0, cut))).toMatchObject({ bounds: bounds.slice(0, 3), isSound: true, next: 16 })
    }
    for (const bytes of [Buffer.alloc(0), log.subarray(0, 12), log.subarray(0, first - 1)]) {
      expect(walked(bytes)).toEqual({ bounds: [0], isSound: true, next: -1, epochs: [] })
    }
  })

  test.each([
    ['a wrong checksum', (bytes: Buffer) => bytes.writeUInt8(1, first + 70)],
    ['a length that no batch has', (bytes: Buffer) => bytes.writeInt32BE(3, first + 8)],
    ['a negative length', (bytes: Buffer) => bytes.writeInt32BE(-1, first + 8)],
    ['an old message format', (bytes: Buffer) => bytes.writeInt8(1, first + 16)],
    ['preallocated space', (bytes: Buffer) => bytes.fill(0, first)],
  ])('ends at %s', (_, damage) => {
    const damaged = Buffer.from(log)
    damage(damaged)
    expect(walked(damaged)).toMatchObject({ bounds: [0, first], isSound: false, next: 15 })
  })

  test('has every change of the leader epoch, with the offset where it begins', () => {
    const records = Buffer.concat([batch(10), batch(11, 11, 5), batch(12, 12, 5), batch(13, 13, 6)])
    expect(walked(records).epochs).toEqual([
      { epoch: 3, start: 10 },
      { epoch: 5, start: 11 },
      { epoch: 6, start: 13 },
    ])
  })

  test('walks more batches than it has kept room for', () => {
    const many = Buffer.concat(Array.from({ length: 2000 }, (_, offset) => batch(offset)))
    const walk = walked(many)
    expect(walk.bounds).toHaveLength(2001)
    expect(walk).toMatchObject({ next: 2000, isSound: true })
  })

  test('of whatever bytes: its batches are those that readBatches reads, each opened in its place', () => {
    const change = fc.record({ at: fc.nat(log.length - 1), byte: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 3 }), changes => {
        const bytes = Buffer.from(log)
        for (const { at, byte } of changes) bytes[at] = byte
        const walk = walked(bytes)
        const end = walk.bounds.at(-1) ?? 0
        const opened = walk.bounds
          .slice(0, -1)
          .map((at, index) => openBatch(bytes, at, walk.bounds[index + 1] as number, { partition: 0, codecs }))
        const read = readBatches(bytes.subarray(0, end), { partition: 0, codecs })
        const isWrong = (item: (typeof opened)[number]) => item.kind === 'fault' && item.fault.code === 'CRC_MISMATCH'
        expect(read.items.filter(isWrong)).toEqual([])
        const places = (items: readonly (typeof opened)[number][]) =>
          items.flatMap(item => (item.kind === 'batch' ? [item.batch.byteOffset] : []))
        expect(places(opened)).toEqual(places(read.items))
      }),
    )
  })
})

describe('walkRest', () => {
  const rest = (bytes: Buffer) => walkRest(bytes, codecs.crc32c)

  test('counts messages of the old formats one by one, compressed ones by the offset on their wrapper', () => {
    const records = Buffer.concat([
      messageBytes({ magic: 0, offset: 10, key: null, value: Buffer.from('a') }),
      messageBytes({ magic: 1, offset: 19, timestamp: 5, key: null, value: Buffer.from('b') }),
    ])
    expect(rest(records)).toEqual({
      next: 20,
      length: records.length,
      isBroken: false,
      epochs: [{ epoch: -1, start: 10 }],
    })
  })

  test('is not misled by a broken header in the middle', () => {
    const broken = batch(15)
    broken.writeInt32BE(2_000_000_000, 23)
    expect(rest(Buffer.concat([broken, batch(16, 20)])).next).toBe(21)
  })

  test('believes a broken header at the end its base offset only', () => {
    const broken = batch(15)
    broken.writeInt32BE(7, 23)
    expect(rest(Buffer.concat([batch(10, 14), broken])).next).toBe(16)
  })

  test('ends at a length that no batch has', () => {
    const broken = batch(15)
    broken.writeInt32BE(3, 8)
    const whole = batch(10, 14)
    expect(rest(Buffer.concat([whole, broken]))).toMatchObject({ length: whole.length, isBroken: true, next: 15 })
  })

  test('waits for the rest of a batch that is cut off', () => {
    expect(rest(batch(10, 14).subarray(0, 60))).toEqual({ length: 0, isBroken: false, next: -1, epochs: [] })
  })
})
