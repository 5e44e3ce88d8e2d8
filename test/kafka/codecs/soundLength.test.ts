import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { batchCodecs } from '../../../src/kafka/codecs/codecs.ts'
import { soundLength } from '../../../src/kafka/codecs/soundLength.ts'
import { readBatches } from '../../../src/kafka/records/readBatches.ts'
import { batchBytes, messageBytes } from '../records/logBytes.ts'

const batchAt = (offset: number): Buffer =>
  batchBytes({ baseOffset: offset, lastOffset: offset, baseTimestamp: 5, maxTimestamp: 5 }, [
    { offset, timestamp: 5, key: Buffer.from('key'), value: Buffer.alloc(20 * (offset + 1)) },
  ])
const log = Buffer.concat([0, 1, 2, 3].map(batchAt))
const [first, second] = [batchAt(0).length, batchAt(1).length]

test('whole batches are sound, and so is the beginning of one more', () => {
  expect(soundLength(log)).toEqual({ length: log.length, isSound: true })
  for (const cut of [first + second, first + second + 1, first + second + 40, first + second + 70]) {
    expect(soundLength(log.subarray(0, cut))).toEqual({ length: first + second, isSound: true })
  }
  expect(soundLength(Buffer.alloc(0))).toEqual({ length: 0, isSound: true })
})

test.each([
  ['a wrong checksum', (bytes: Buffer) => bytes.writeUInt8(1, first + 70)],
  ['a length that leads nowhere', (bytes: Buffer) => bytes.writeInt32BE(3, first + 8)],
  ['a negative length', (bytes: Buffer) => bytes.writeInt32BE(-1, first + 8)],
  ['a message format of before', (bytes: Buffer) => bytes.writeInt8(1, first + 16)],
  ['preallocated space', (bytes: Buffer) => bytes.fill(0, first)],
])('%s ends it', (_, damage) => {
  const damaged = Buffer.from(log)
  damage(damaged)
  expect(soundLength(damaged)).toEqual({ length: first, isSound: false })
})

test('messages of formats v0 and v1 are left to those who know them', () => {
  const old = messageBytes({ magic: 1, offset: 0, timestamp: 1, key: null, value: Buffer.from('value') })
  expect(soundLength(old)).toEqual({ length: 0, isSound: false })
})

test('whatever is called sound has no checksum that is wrong', () => {
  const change = fc.record({ at: fc.nat(log.length - 1), byte: fc.nat(255) })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 3 }), changes => {
      const bytes = Buffer.from(log)
      for (const { at, byte } of changes) bytes[at] = byte
      const { length } = soundLength(bytes)
      const { items } = readBatches(bytes.subarray(0, length), { partition: 0, codecs: batchCodecs() })
      expect(items.filter(item => item.kind === 'fault' && item.fault.code === 'CRC_MISMATCH')).toEqual([])
    }),
  )
})
