/** Memory for a request, which grows as needed. */
export interface RequestWriter {
  bytes: Buffer
  position: number
  /** Lengths are compact and structures end with tagged fields (KIP-482). It is true of a whole version of a message. */
  readonly isFlexible: boolean
}

export function requestWriter(isFlexible: boolean): RequestWriter {
  return { bytes: Buffer.allocUnsafe(256), position: 0, isFlexible }
}

/** The bytes written so far; a part of the writer's memory. */
export function written({ bytes, position }: RequestWriter): Buffer {
  return bytes.subarray(0, position)
}

export function writeBool(writer: RequestWriter, value: boolean): void {
  writeInt8(writer, value ? 1 : 0)
}

export function writeInt8(writer: RequestWriter, value: number): void {
  const at = advance(writer, 1)
  writer.bytes.writeInt8(value, at)
}

export function writeInt16(writer: RequestWriter, value: number): void {
  const at = advance(writer, 2)
  writer.bytes.writeInt16BE(value, at)
}

export function writeInt32(writer: RequestWriter, value: number): void {
  const at = advance(writer, 4)
  writer.bytes.writeInt32BE(value, at)
}

export function writeInt64(writer: RequestWriter, value: bigint): void {
  const at = advance(writer, 8)
  writer.bytes.writeBigInt64BE(value, at)
}

export function writeUnsignedVarint(writer: RequestWriter, value: number): void {
  let rest = value >>> 0
  for (; rest > 127; rest >>>= 7) writeByte(writer, (rest & 127) | 128)
  writeByte(writer, rest)
}

/** As Kafka prints it: URL-safe base64 without padding. */
export function writeUuid(writer: RequestWriter, uuid: string): void {
  const bytes = Buffer.from(uuid, 'base64url')
  if (bytes.length !== 16)
    throw new RangeError(`${JSON.stringify(uuid)} is not a UUID in Kafka's form: base64url of 16 bytes`)
  writeRaw(writer, bytes)
}

export function writeText(writer: RequestWriter, text: string): void {
  const bytes = Buffer.from(text)
  if (writer.isFlexible) writeUnsignedVarint(writer, bytes.length + 1)
  else writeInt16(writer, bytes.length)
  writeRaw(writer, bytes)
}

export function writeNullableText(writer: RequestWriter, text: string | null): void {
  if (text !== null) writeText(writer, text)
  else if (writer.isFlexible) writeUnsignedVarint(writer, 0)
  else writeInt16(writer, -1)
}

export function writeBytes(writer: RequestWriter, bytes: Uint8Array): void {
  if (writer.isFlexible) writeUnsignedVarint(writer, bytes.length + 1)
  else writeInt32(writer, bytes.length)
  writeRaw(writer, bytes)
}

/** Elements with fields: each is followed by its tagged fields. */
export function writeArray<T>(writer: RequestWriter, items: readonly T[] | null, write: (item: T) => void): void {
  writeCount(writer, items)
  for (const item of items ?? []) {
    write(item)
    writeNoTags(writer)
  }
}

/** Elements without fields. */
export function writeInt32s(writer: RequestWriter, items: readonly number[]): void {
  writeCount(writer, items)
  for (const item of items) writeInt32(writer, item)
}

/** Elements without fields. */
export function writeTexts(writer: RequestWriter, texts: readonly string[]): void {
  writeCount(writer, texts)
  for (const text of texts) writeText(writer, text)
}

/** Zero tagged fields; nothing at all in versions without them. */
export function writeNoTags(writer: RequestWriter): void {
  if (writer.isFlexible) writeUnsignedVarint(writer, 0)
}

function writeByte(writer: RequestWriter, byte: number): void {
  const at = advance(writer, 1)
  writer.bytes[at] = byte
}

function writeCount(writer: RequestWriter, items: readonly unknown[] | null): void {
  if (writer.isFlexible) writeUnsignedVarint(writer, items === null ? 0 : items.length + 1)
  else writeInt32(writer, items === null ? -1 : items.length)
}

function writeRaw(writer: RequestWriter, bytes: Uint8Array): void {
  const at = advance(writer, bytes.length)
  writer.bytes.set(bytes, at)
}

function advance(writer: RequestWriter, width: number): number {
  const at = writer.position
  const needed = at + width
  if (needed > writer.bytes.length) {
    const grown = Buffer.allocUnsafe(Math.max(needed, writer.bytes.length * 2))
    writer.bytes.copy(grown, 0, 0, at)
    writer.bytes = grown
  }
  writer.position = needed
  return at
}
