import { expect, test } from 'vitest'
import {
  requestWriter,
  writeArray,
  writeBool,
  writeBytes,
  writeInt8,
  writeInt16,
  writeInt32,
  writeInt64,
  writeNoTags,
  writeNullableText,
  writeText,
  writeUnsignedVarint,
  writeUuid,
  written,
} from '../../../src/kafka/protocol/requestWriter.ts'
import {
  readArray,
  readBlob,
  readInt32s,
  readNullableArray,
  readNullableText,
  readText,
  responseReader,
  skipTags,
} from '../../../src/kafka/protocol/responseReader.ts'
import {
  readBool,
  readInt8,
  readInt16,
  readInt32,
  readInt64,
  readUnsignedVarint,
  readUuid,
} from '../../../src/kafka/records/reader.ts'

const topicId = 'AAECAwQFBgcICQoLDA0ODw'

test.each([true, false])('written values are read back; lengths compact: %s', isFlexible => {
  const long = 'ü'.repeat(5000)
  const writer = requestWriter(isFlexible)
  writeBool(writer, true)
  writeInt8(writer, -2)
  writeInt16(writer, -300)
  writeInt32(writer, -70_000)
  writeInt64(writer, -(2n ** 60n))
  writeUnsignedVarint(writer, 300)
  writeUuid(writer, topicId)
  writeText(writer, long)
  writeNullableText(writer, null)
  writeNullableText(writer, 'x')
  writeBytes(writer, Buffer.from([1, 2, 3]))
  writeArray(writer, ['a', 'b'], item => writeText(writer, item))
  writeArray(writer, null, () => undefined)
  writeNoTags(writer)
  const reader = responseReader(written(writer), isFlexible)
  expect([readBool(reader), readInt8(reader), readInt16(reader), readInt32(reader)]).toEqual([true, -2, -300, -70_000])
  expect([readInt64(reader), readUnsignedVarint(reader), readUuid(reader)]).toEqual([-(2n ** 60n), 300, topicId])
  expect([readText(reader, 'a'), readNullableText(reader, 'b'), readNullableText(reader, 'c')]).toEqual([
    long,
    null,
    'x',
  ])
  expect(readBlob(reader, 'd')).toEqual(Buffer.from([1, 2, 3]))
  expect(readArray(reader, 'e', () => readText(reader, 'f'))).toEqual(['a', 'b'])
  expect(readNullableArray(reader, 'g', () => readText(reader, 'h'))).toEqual([])
  skipTags(reader)
  expect(reader.position).toBe(reader.end)
})

test('lengths are as KIP-482 has them, or as before', () => {
  const bytes = (isFlexible: boolean) => {
    const writer = requestWriter(isFlexible)
    writeArray(writer, ['ab'], item => writeText(writer, item))
    writeNoTags(writer)
    return written(writer).toString('hex')
  }
  expect(bytes(true)).toBe('020361620000')
  expect(bytes(false)).toBe('0000000100026162')
})

test('elements without fields have no tagged fields', () => {
  expect(readInt32s(responseReader(Buffer.from('030000000100000002', 'hex'), true), 'nodes')).toEqual([1, 2])
})

test('a text that is not a UUID is not sent', () => {
  expect(() => writeUuid(requestWriter(true), 'orders')).toThrow(RangeError)
})
