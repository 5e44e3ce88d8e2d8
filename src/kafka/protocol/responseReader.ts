import {
  type Reader,
  readBytes,
  readCompactBytes,
  readCompactCount,
  readCompactNullableCount,
  readCompactNullableString,
  readCompactString,
  readCount,
  readerOf,
  readInt32,
  readItems,
  readNullableCount,
  readNullableString,
  readString,
  skipTaggedFields,
} from '../records/reader.ts'

/** The body of a response; integers are read as in records. All of it throws a `DecodeFault` where the bytes are none. */
export interface ResponseReader extends Reader {
  /** Lengths are compact and everything may have tagged fields (KIP-482): so is a version of a message throughout. */
  readonly isFlexible: boolean
}

export function responseReader(bytes: Buffer, isFlexible: boolean): ResponseReader {
  return { ...readerOf(bytes), isFlexible }
}

export function readText(reader: ResponseReader, field: string): string {
  return reader.isFlexible ? readCompactString(reader, field) : readString(reader, field)
}

export function readNullableText(reader: ResponseReader, field: string): string | null {
  return reader.isFlexible ? readCompactNullableString(reader, field) : readNullableString(reader, field)
}

/** A copy. */
export function readBlob(reader: ResponseReader, field: string): Buffer {
  return reader.isFlexible ? readCompactBytes(reader, field) : readBytes(reader, field)
}

/** Elements that have fields: behind each stand its tagged fields. */
export function readArray<T>(reader: ResponseReader, field: string, read: () => T): T[] {
  const count = reader.isFlexible ? readCompactCount(reader, field) : readCount(reader, field)
  return readItems(count, () => {
    const item = read()
    skipTags(reader)
    return item
  })
}

/** Null is as good as empty. */
export function readNullableArray<T>(reader: ResponseReader, field: string, read: () => T): T[] {
  const count = reader.isFlexible ? readCompactNullableCount(reader, field) : readNullableCount(reader, field)
  return readItems(Math.max(0, count), () => {
    const item = read()
    skipTags(reader)
    return item
  })
}

export function readInt32s(reader: ResponseReader, field: string): number[] {
  const count = reader.isFlexible ? readCompactCount(reader, field) : readCount(reader, field)
  return readItems(count, () => readInt32(reader))
}

export function skipTags(reader: ResponseReader): void {
  if (reader.isFlexible) skipTaggedFields(reader)
}
