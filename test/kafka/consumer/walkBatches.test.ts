import { describe, expect, test } from 'vitest'
import { batchCodecs } from '../../../src/kafka/codecs/codecs.ts'
import { walkBatches } from '../../../src/kafka/consumer/walkBatches.ts'
import { batchBytes, messageBytes } from '../records/logBytes.ts'

const codecs = batchCodecs()
const options = { position: 10, epoch: 3, codecs }

function batch(baseOffset: number, lastOffset: number, leaderEpoch = 3): Buffer {
  const record = { offset: baseOffset, timestamp: 0, key: null, value: Buffer.from('value') }
  return batchBytes({ baseOffset, lastOffset, leaderEpoch, baseTimestamp: 0, maxTimestamp: 0 }, [record])
}

test('the offset after the last whole batch is fetched next', () => {
  const whole = Buffer.concat([batch(10, 14), batch(15, 15), batch(20, 29)])
  const cut = batch(30, 39).subarray(0, 40)
  expect(walkBatches(Buffer.concat([whole, cut]), options)).toEqual({
    length: whole.length,
    isBroken: false,
    next: 30,
    epochs: [],
  })
})

test('without a whole batch the same offset is fetched again', () => {
  for (const records of [Buffer.alloc(0), batch(10, 14).subarray(0, 12), batch(10, 14).subarray(0, 60)]) {
    expect(walkBatches(records, options)).toEqual({ length: 0, isBroken: false, next: 10, epochs: [] })
  }
})

test('every change of the leader epoch is told with the offset from which on it holds', () => {
  const records = Buffer.concat([batch(10, 10), batch(11, 11, 5), batch(12, 12, 5), batch(13, 13, 6)])
  const changes = [
    { epoch: 5, start: 11 },
    { epoch: 6, start: 13 },
  ]
  expect(walkBatches(records, options).epochs).toEqual(changes)
})

test('messages of the old formats count one by one, compressed ones by the offset on their wrapper', () => {
  const records = Buffer.concat([
    messageBytes({ magic: 0, offset: 10, key: null, value: Buffer.from('a') }),
    messageBytes({ magic: 1, offset: 19, timestamp: 5, key: null, value: Buffer.from('b') }),
  ])
  expect(walkBatches(records, options)).toMatchObject({ next: 20, length: records.length, epochs: [{ epoch: -1 }] })
})

describe('what cannot be true misleads nobody', () => {
  test('a broken header in the middle does not move the position', () => {
    const broken = batch(15, 15)
    broken.writeInt32BE(2_000_000_000, 23)
    expect(walkBatches(Buffer.concat([batch(10, 14), broken, batch(16, 20)]), options).next).toBe(21)
  })

  test('a broken header at the end is believed its offset only', () => {
    const broken = batch(15, 15)
    broken.writeInt32BE(7, 23)
    expect(walkBatches(Buffer.concat([batch(10, 14), broken]), options).next).toBe(16)
  })

  test('a batch that ends before it was asked for does not move the position back', () => {
    expect(walkBatches(batch(5, 9), options).next).toBe(10)
  })

  test('a length that no batch has ends the walk', () => {
    const broken = batch(15, 15)
    broken.writeInt32BE(3, 8)
    const first = batch(10, 14)
    const walk = walkBatches(Buffer.concat([first, broken]), options)
    expect(walk).toMatchObject({ length: first.length, isBroken: true, next: 15 })
  })
})
