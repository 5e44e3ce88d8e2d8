import { putVarint, varintSize } from './varint.ts'

/** A record to encode; `null` keys and values are Kafka's nulls. Times in milliseconds since the epoch. */
export interface RecordFields {
  readonly offset: number
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers?: readonly RecordHeader[]
}

export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

/** What the deltas of the record layout are relative to. */
export interface RecordBase {
  readonly offset: number
  readonly timestamp: number
}

/**
 * Encodes records as the body of an uncompressed v2 batch (KIP-98). Batches of any other origin are converted to this
 * form, so that there is one way to walk records. Offsets must be at least `base.offset` and less than 2^31 above it.
 */
export function encodeRecords(records: readonly RecordFields[], base: RecordBase): Buffer {
  const bodies = records.map(record => bodySize(record, base))
  let size = 0
  for (const body of bodies) size += varintSize(body) + body
  const out = Buffer.allocUnsafe(size)
  let at = 0
  for (const [i, record] of records.entries()) at = putRecord(out, at, record, base, bodies[i] as number)
  return out
}

function bodySize(record: RecordFields, base: RecordBase): number {
  const headers = record.headers ?? []
  let size = 1 + varlongSize(record.timestamp, base.timestamp) + varintSize(record.offset - base.offset)
  size += nullableSize(record.key) + nullableSize(record.value) + varintSize(headers.length)
  for (const header of headers) {
    const key = Buffer.byteLength(header.key)
    size += varintSize(key) + key + nullableSize(header.value)
  }
  return size
}

function nullableSize(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : varintSize(bytes.length) + bytes.length
}

function putRecord(out: Buffer, start: number, record: RecordFields, base: RecordBase, body: number): number {
  const headers = record.headers ?? []
  let at = putVarint(out, start, body)
  out[at++] = 0 // record attributes: none is defined
  at = putVarlong(out, at, record.timestamp, base.timestamp)
  at = putVarint(out, at, record.offset - base.offset)
  at = putNullable(out, at, record.key)
  at = putNullable(out, at, record.value)
  at = putVarint(out, at, headers.length)
  for (const header of headers) {
    at = putNullable(out, at, Buffer.from(header.key))
    at = putNullable(out, at, header.value)
  }
  return at
}

function putNullable(out: Buffer, start: number, bytes: Uint8Array | null): number {
  if (bytes === null) return putVarint(out, start, -1)
  const at = putVarint(out, start, bytes.length)
  out.set(bytes, at)
  return at + bytes.length
}

/** Deltas of times go beyond 32 bits, and two safe integers can be further apart than a safe integer holds. */
function zigzagDelta(timestamp: number, base: number): bigint {
  const delta = BigInt(timestamp) - BigInt(base)
  return BigInt.asUintN(64, (delta << 1n) ^ (delta >> 63n))
}

function isInt32(value: number): boolean {
  return (value | 0) === value
}

function varlongSize(timestamp: number, base: number): number {
  if (isInt32(timestamp - base)) return varintSize(timestamp - base)
  let size = 1
  for (let rest = zigzagDelta(timestamp, base); rest > 127n; rest >>= 7n) size++
  return size
}

function putVarlong(out: Buffer, start: number, timestamp: number, base: number): number {
  if (isInt32(timestamp - base)) return putVarint(out, start, timestamp - base)
  let at = start
  let rest = zigzagDelta(timestamp, base)
  while (rest > 127n) {
    out[at++] = Number(rest & 127n) | 128
    rest >>= 7n
  }
  out[at++] = Number(rest)
  return at
}
