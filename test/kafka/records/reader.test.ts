import { describe, expect, it } from 'vitest'
import {
  bytesLeft,
  DecodeFault,
  type Reader,
  readBool,
  readBytes,
  readCompactBytes,
  readCompactCount,
  readCompactNullableBytes,
  readCompactNullableCount,
  readCompactNullableString,
  readCompactString,
  readCount,
  readerOf,
  readInt8,
  readInt16,
  readInt32,
  readInt64,
  readItems,
  readNullableBytes,
  readNullableCount,
  readNullableItems,
  readNullableString,
  readString,
  readUint16,
  readUint32,
  readUnsignedVarint,
  readUuid,
  skipTaggedFields,
} from '../../../src/kafka/records/reader.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

type Read = (reader: Reader) => unknown
const field =
  <T>(read: (reader: Reader, name: string) => T) =>
  (reader: Reader): T =>
    read(reader, 'f')

describe('a value of every kind', () => {
  const values: [string, Read, string, unknown][] = [
    ['bool', readBool, '02', true],
    ['bool false', readBool, '00', false],
    ['int8', readInt8, '80', -128],
    ['int16', readInt16, '8000', -32_768],
    ['uint16', readUint16, 'ffff', 65_535],
    ['int32', readInt32, '80000000', -2_147_483_648],
    ['uint32', readUint32, 'ffffffff', 4_294_967_295],
    ['int64', readInt64, '7fffffffffffffff', 9_223_372_036_854_775_807n],
    ['int64 negative', readInt64, 'fffffffffffffffe', -2n],
    ['uuid', readUuid, 'fbff0000000000000000000000000001', '-_8AAAAAAAAAAAAAAAAAAQ'],
    ['varint of one byte', readUnsignedVarint, '7f', 127],
    ['varint of five bytes', readUnsignedVarint, 'ffffffff07', 2_147_483_647],
    ['varint that is negative', readUnsignedVarint, 'ffffffff0f', -1],
    ['varint whose fifth byte has bits to spare', readUnsignedVarint, '808080807f', -268_435_456],
    ['varint longer than need be', readUnsignedVarint, '8180808000', 1],
    ['string', field(readString), '0002 6869', 'hi'],
    ['string, empty', field(readString), '0000', ''],
    ['nullable string', field(readNullableString), '0002 6869', 'hi'],
    ['null as -1', field(readNullableString), 'ffff', null],
    ['null as any negative length', field(readNullableString), '8000', null],
    ['compact string', field(readCompactString), '03 6869', 'hi'],
    ['compact null', field(readCompactNullableString), '00', null],
    ['compact null by a negative length', field(readCompactNullableString), 'ffffffff0f', null],
    ['bytes', field(readBytes), '00000002 0102', hex('0102')],
    ['nullable bytes', field(readNullableBytes), 'ffffffff', null],
    ['compact bytes', field(readCompactBytes), '03 0102', hex('0102')],
    ['compact nullable bytes', field(readCompactNullableBytes), '00', null],
    ['count', field(readCount), '00000002 0000', 2],
    ['nullable count', field(readNullableCount), 'fffffffe', -2],
    ['compact count', field(readCompactCount), '03 0000', 2],
    ['compact nullable count', field(readCompactNullableCount), '00', -1],
  ]

  it.each(values)('%s', (_, read, bytes, expected) => {
    expect(read(readerOf(hex(bytes)))).toEqual(expected)
  })

  it('leaves the reader behind it', () => {
    const reader = readerOf(hex('0001 61 ff'))
    readString(reader, 'f')
    expect(bytesLeft(reader)).toBe(1)
  })
})

describe('a fault says where and why', () => {
  const faults: [string, Read, string, [code: string, position: number]][] = [
    ['an int that is cut off', readInt32, '000000', ['UNDERFLOW', 0]],
    ['an empty uuid', readUuid, '', ['UNDERFLOW', 0]],
    ['a varint that is cut off', readUnsignedVarint, 'ffff', ['UNDERFLOW', 2]],
    ['a varint of six bytes', readUnsignedVarint, 'ffffffffff00', ['BAD_VARINT', 0]],
    ['a string longer than the bytes', field(readString), '0003 6869', ['BAD_LENGTH', 2]],
    ['a string that is null', field(readString), 'ffff', ['UNEXPECTED_NULL', 2]],
    ['a compact string that is null', field(readCompactString), '00', ['UNEXPECTED_NULL', 1]],
    ['a compact string of 2^31-1', field(readCompactString), '8080808008', ['BAD_LENGTH', 5]],
    ['bytes that are null', field(readBytes), 'ffffffff', ['UNEXPECTED_NULL', 4]],
    ['bytes longer than there are', field(readNullableBytes), '7fffffff', ['BAD_LENGTH', 4]],
    ['more elements than bytes', field(readNullableCount), '00000002 00', ['BAD_LENGTH', 4]],
    ['a list that is null', field(readCompactCount), '00', ['UNEXPECTED_NULL', 1]],
    ['a tagged field longer than the bytes', skipTaggedFields, '01 05 02 00', ['BAD_LENGTH', 3]],
    ['a tagged field of negative size', skipTaggedFields, '01 05 ffffffff0f 00', ['BAD_LENGTH', 7]],
    ['more tagged fields than bytes', skipTaggedFields, 'ffffffff07', ['UNDERFLOW', 5]],
  ]

  it.each(faults)('%s', (_, read, bytes, [code, position]) => {
    const reader = readerOf(hex(`0000 ${bytes} 0000`), 2, 2 + hex(bytes).length)
    expect(() => read(reader)).toThrow(expect.objectContaining({ code, position }))
    expect(() => read(readerOf(hex(bytes)))).toThrow(DecodeFault)
  })

  it('a compact string of 32,768 bytes is one too long, one of 32,767 is not', () => {
    const body = Buffer.alloc(40_000, 'x')
    expect(readCompactString(readerOf(Buffer.concat([hex('808002'), body])), 'f')).toHaveLength(32_767)
    expect(() => readCompactString(readerOf(Buffer.concat([hex('818002'), body])), 'f')).toThrow(
      'the most for a string',
    )
  })
})

describe('lists and tagged fields', () => {
  it('reads elements in order, and null as null', () => {
    const reader = readerOf(hex('01 02 03'))
    expect(readItems(3, () => readInt8(reader))).toEqual([1, 2, 3])
    expect(readNullableItems(0, () => readInt8(reader))).toEqual([])
    expect(readNullableItems(-1, () => readInt8(reader))).toBeNull()
  })

  it('skips unknown tags in any order, also repeated ones; a negative count means none', () => {
    const reader = readerOf(hex('03 09 01 aa 02 00 09 02 bbbb'))
    skipTaggedFields(reader)
    expect(bytesLeft(reader)).toBe(0)
    const negative = readerOf(hex('ffffffff0f 11'))
    skipTaggedFields(negative)
    expect(bytesLeft(negative)).toBe(1)
  })
})
