import avsc from 'avsc'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { int64Hook, int64Type } from '../../src/avro/int64Type.ts'
import { anyInt64 } from '../events/arbitraryEvent.ts'

const edges = [
  0n,
  -1n,
  63n,
  -64n,
  64n,
  2n ** 31n,
  2n ** 48n,
  -(2n ** 48n),
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  -(2n ** 63n),
]

test('every int64 is read back, as a number while that is exact, else as a bigint', () => {
  fc.assert(
    fc.property(anyInt64, value => {
      expect(int64Type.fromBuffer(int64Type.toBuffer(value))).toBe(value)
    }),
  )
})

test.each(edges)('%s has the bytes that Avro wants: zigzag, seven bits a byte, the lowest first', value => {
  const zigzag = value < 0n ? -2n * value - 1n : 2n * value
  const groups = Array.from({ length: 10 }, (_, at) => Number((zigzag >> BigInt(7 * at)) & 0x7fn))
  const used = groups.slice(0, Math.max(1, groups.findLastIndex(group => group !== 0) + 1))
  const bytes = Buffer.from(used.map((group, at) => (at === used.length - 1 ? group : group | 0x80)))
  expect(int64Type.toBuffer(value)).toEqual(bytes)
  const asNumber = Number.isSafeInteger(Number(value)) ? Number(value) : value
  expect(int64Type.toBuffer(asNumber)).toEqual(bytes)
})

test('avsc’s own long reads the same where it can', () => {
  const plain = avsc.Type.forSchema('long')
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), value => {
      expect(int64Type.toBuffer(value)).toEqual(plain.toBuffer(value))
      expect(int64Type.fromBuffer(plain.toBuffer(value))).toBe(value)
    }),
  )
})

test.each([1.5, 2 ** 53, NaN, '5', null, 2n ** 63n, -(2n ** 63n) - 1n])('%s is not an int64', value => {
  expect(int64Type.isValid(value)).toBe(false)
})

test('within a record a long, a nullable one and a timestamp are exact, and so is a copy', () => {
  const schema = {
    type: 'record',
    name: 'R',
    fields: [
      { name: 'a', type: 'long' },
      { name: 'b', type: ['null', 'long'] },
      { name: 'c', type: { type: 'long', logicalType: 'timestamp-millis' } },
    ],
  } as const
  const type = avsc.Type.forSchema(structuredClone(schema) as unknown as avsc.Schema, { typeHook: int64Hook })
  const value = { a: 2n ** 62n, b: -(2n ** 62n), c: 1_795_424_588_306 }
  expect(type.fromBuffer(type.toBuffer(value))).toEqual(value)
  expect(type.clone(value)).toEqual(value)
  expect(type.compare(value, { ...value, b: 5 })).toBe(-1)
})
