import { decodeUtf8 } from './utf8.ts'

/**
 * A cursor over one key or value. Reads exactly what Kafka's `ByteBufferAccessor` and generated classes read, and fails
 * exactly where they do (a `DecodeFault`, caught in decode.ts). It reads no byte beyond `end`, and allocates by no
 * length before comparing it with the bytes left.
 */
export interface Reader {
  readonly bytes: Buffer
  /** Where the key or value begins; positions are relative to it. */
  readonly start: number
  readonly end: number
  position: number
}

export const decodeErrorCodes = [
  /** A record without a key. */
  'NO_KEY',
  /** Too short for the two bytes of a record type or version. */
  'NO_VERSION',
  'UNKNOWN_TYPE',
  'UNKNOWN_VERSION',
  /** The bytes end inside a field. */
  'UNDERFLOW',
  /** Null, where Kafka's spec does not allow it. */
  'UNEXPECTED_NULL',
  /** A length or count that exceeds the bytes left or Kafka's limit. */
  'BAD_LENGTH',
  /** An unsigned varint of more than five bytes. */
  'BAD_VARINT',
] as const
export type DecodeErrorCode = (typeof decodeErrorCodes)[number]

/** Why Kafka would refuse the bytes. Internal to this folder: callers get a value. */
export class DecodeFault extends Error {
  readonly code: DecodeErrorCode
  /** Where the field begins that cannot be read, in bytes from the start of the key or value. */
  readonly position: number

  constructor(code: DecodeErrorCode, position: number, reason: string) {
    super(reason)
    this.code = code
    this.position = position
  }
}

export function readerOf(bytes: Buffer, start = 0, end = bytes.length): Reader {
  return { bytes, start, end, position: start }
}

export function bytesLeft(reader: Reader): number {
  return reader.end - reader.position
}

export function readBool(reader: Reader): boolean {
  return readInt8(reader) !== 0
}

export function readInt8(reader: Reader): number {
  return reader.bytes.readInt8(advance(reader, 1))
}

export function readInt16(reader: Reader): number {
  return reader.bytes.readInt16BE(advance(reader, 2))
}

export function readUint16(reader: Reader): number {
  return reader.bytes.readUInt16BE(advance(reader, 2))
}

export function readInt32(reader: Reader): number {
  return reader.bytes.readInt32BE(advance(reader, 4))
}

/** @generatedCode */
export function readUint32(reader: Reader): number {
  return reader.bytes.readUInt32BE(advance(reader, 4))
}

export function readInt64(reader: Reader): bigint {
  return reader.bytes.readBigInt64BE(advance(reader, 8))
}

/** As Kafka prints it: URL-safe base64 without padding. */
export function readUuid(reader: Reader): string {
  const at = advance(reader, 16)
  return reader.bytes.toString('base64url', at, at + 16)
}

/** A signed number, as in Kafka: the fifth byte can set the sign, and a negative length is read as null. */
export function readUnsignedVarint(reader: Reader): number {
  const begin = reader.position
  let value = 0
  for (let shift = 0; shift <= 28; shift += 7) {
    const byte = reader.bytes[advance(reader, 1)] as number
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return value
  }
  reader.position = begin
  throw fault(reader, 'BAD_VARINT', 'an unsigned varint has more than 5 bytes')
}

export function readString(reader: Reader, field: string): string {
  return textOf(reader, notNull(reader, readInt16(reader), field), field)
}

export function readNullableString(reader: Reader, field: string): string | null {
  const length = readInt16(reader)
  return length < 0 ? null : textOf(reader, length, field)
}

export function readCompactString(reader: Reader, field: string): string {
  return textOf(reader, notNull(reader, compactLength(reader), field), field)
}

export function readCompactNullableString(reader: Reader, field: string): string | null {
  const length = compactLength(reader)
  return length < 0 ? null : textOf(reader, length, field)
}

/** A copy, so that a retained value neither keeps the memory of a whole Fetch response nor changes with it. */
export function readBytes(reader: Reader, field: string): Buffer {
  return copyOf(reader, notNull(reader, readInt32(reader), field), field)
}

export function readNullableBytes(reader: Reader, field: string): Buffer | null {
  const length = readInt32(reader)
  return length < 0 ? null : copyOf(reader, length, field)
}

export function readCompactBytes(reader: Reader, field: string): Buffer {
  return copyOf(reader, notNull(reader, compactLength(reader), field), field)
}

/** @generatedCode */
export function readCompactNullableBytes(reader: Reader, field: string): Buffer | null {
  const length = compactLength(reader)
  return length < 0 ? null : copyOf(reader, length, field)
}

/** The count of an array: at most the number of bytes left. */
export function readCount(reader: Reader, field: string): number {
  return countOf(reader, notNull(reader, readInt32(reader), field), field)
}

/** -1 for null. */
export function readNullableCount(reader: Reader, field: string): number {
  return countOf(reader, readInt32(reader), field)
}

export function readCompactCount(reader: Reader, field: string): number {
  return countOf(reader, notNull(reader, compactLength(reader), field), field)
}

/** -1 for null. */
export function readCompactNullableCount(reader: Reader, field: string): number {
  return countOf(reader, compactLength(reader), field)
}

/** `count` elements, one after the other. */
export function readItems<T>(count: number, read: () => T): T[] {
  const items: T[] = []
  for (let left = count; left > 0; left--) items.push(read())
  return items
}

/** As `readItems`; null for a negative count. */
export function readNullableItems<T>(count: number, read: () => T): T[] | null {
  return count < 0 ? null : readItems(count, read)
}

/** Moves on by `count` bytes. */
export function skipBytes(reader: Reader, count: number): void {
  advance(reader, count)
}

/** Skips tagged fields of a struct that has no known ones. */
export function skipTaggedFields(reader: Reader): void {
  for (let left = readUnsignedVarint(reader); left > 0; left--) {
    readUnsignedVarint(reader)
    skipTaggedField(reader, readUnsignedVarint(reader))
  }
}

/** Kafka checks only the size of unknown tagged fields; the size of a known one may be wrong. */
export function skipTaggedField(reader: Reader, size: number): void {
  if (size < 0 || size > bytesLeft(reader)) {
    throw fault(reader, 'BAD_LENGTH', `a tagged field of ${size} bytes, with ${bytesLeft(reader)} left`)
  }
  reader.position += size
}

function fault(reader: Reader, code: DecodeErrorCode, reason: string): DecodeFault {
  return new DecodeFault(code, reader.position - reader.start, reason)
}

function advance(reader: Reader, width: number): number {
  const at = reader.position
  if (at + width > reader.end) {
    throw fault(reader, 'UNDERFLOW', `${width} bytes are needed, with ${bytesLeft(reader)} left`)
  }
  reader.position = at + width
  return at
}

function compactLength(reader: Reader): number {
  return (readUnsignedVarint(reader) - 1) | 0
}

function notNull(reader: Reader, length: number, field: string): number {
  if (length < 0) throw fault(reader, 'UNEXPECTED_NULL', `${field} is null`)
  return length
}

function countOf(reader: Reader, count: number, field: string): number {
  if (count > bytesLeft(reader)) {
    throw fault(reader, 'BAD_LENGTH', `${field}: ${count} elements, with ${bytesLeft(reader)} bytes left`)
  }
  return count
}

const MAX_STRING_LENGTH = 0x7fff

function textOf(reader: Reader, length: number, field: string): string {
  if (length > MAX_STRING_LENGTH) {
    throw fault(reader, 'BAD_LENGTH', `${field}: ${length} bytes, the most for a string is ${MAX_STRING_LENGTH}`)
  }
  const at = reader.position
  checkLength(reader, length, field)
  reader.position = at + length
  return length === 0 ? '' : decodeUtf8(reader.bytes, at, at + length)
}

function copyOf(reader: Reader, length: number, field: string): Buffer {
  const at = reader.position
  checkLength(reader, length, field)
  reader.position = at + length
  return Buffer.from(reader.bytes.subarray(at, at + length))
}

function checkLength(reader: Reader, length: number, field: string): void {
  if (length > bytesLeft(reader)) {
    throw fault(reader, 'BAD_LENGTH', `${field}: ${length} bytes, with ${bytesLeft(reader)} left`)
  }
}
