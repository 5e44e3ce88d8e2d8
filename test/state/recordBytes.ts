/*
 * How Kafka's messages are laid out, for records made by hand: the fixed forms of keys and old values, the compact ones
 * of flexible versions (KIP-482).
 */

export function int8(value: number): Buffer {
  return Buffer.from([value & 0xff])
}

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

export function int64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}

export function text(value: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)])
}

export function nullable(value: string | null): Buffer {
  return value === null ? int16(-1) : text(value)
}

export function sized(bytes: Buffer): Buffer {
  return Buffer.concat([int32(bytes.length), bytes])
}

export function compactText(value: string): Buffer {
  return Buffer.concat([varint(Buffer.byteLength(value) + 1), Buffer.from(value)])
}

export function compactNullable(value: string | null): Buffer {
  return value === null ? varint(0) : compactText(value)
}

export function compactList(elements: readonly Buffer[]): Buffer {
  return Buffer.concat([varint(elements.length + 1), ...elements])
}

export function uuid(base64url: string): Buffer {
  return Buffer.from(base64url, 'base64url')
}

/** The end of a structure without tagged fields. */
export const noTags = varint(0)

export function varint(value: number): Buffer {
  const bytes: number[] = []
  let left = value
  for (; left > 0x7f; left >>>= 7) bytes.push((left & 0x7f) | 0x80)
  bytes.push(left)
  return Buffer.from(bytes)
}
