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

/** The body of a response; integers are read as in records. All functions throw a `DecodeFault` on malformed bytes. */
export interface ResponseReader extends Reader {
  /** What `readThrottleTime` read. */
  throttleMs: number
  /** Lengths are compact and structures end with tagged fields (KIP-482). It is true of a whole version of a message. */
  readonly isFlexible: boolean
}

export function responseReader(bytes: Buffer, isFlexible: boolean): ResponseReader {
  return { ...readerOf(bytes), throttleMs: 0, isFlexible }
}

/** How long the broker delayed the response, because the client exceeded a quota (KIP-219). */
export function readThrottleTime(reader: ResponseReader): void {
  reader.throttleMs = readInt32(reader)
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

/** Elements with fields: each is followed by its tagged fields. */
export function readArray<T>(reader: ResponseReader, field: string, read: () => T): T[] {
  const count = reader.isFlexible ? readCompactCount(reader, field) : readCount(reader, field)
  return readItems(count, () => {
    const item = read()
    skipTags(reader)
    return item
  })
}

/** As `readArray`; empty for null. */
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
