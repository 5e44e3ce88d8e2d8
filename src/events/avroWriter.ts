import { avroSymbols } from './avro.ts'
import type { Int64 } from './envelope.ts'
import type { Fields, RecordSchema, Schema } from './schema.ts'

/** Writes a value to the output; throws `Misfit` where it does not fit the schema. */
export type AvroPut = (out: AvroOutput, value: unknown) => void

/** Thrown by an `AvroPut`; `misfits` says where. */
export class Misfit extends Error {}

/** The function that writes values of a record in Avro. Created once for each record, because every event uses it. */
export function avroPut({ fields }: RecordSchema): AvroPut {
  return putRecord(fields)
}

/** The memory that Avro is written to. It grows as needed and is reused. */
export class AvroOutput {
  #bytes = Buffer.allocUnsafeSlow(4 * 1024)
  #at = 0

  /** What was written since the last call; valid until the next write. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#at)
    // The memory of a large value is not kept for small ones.
    if (this.#bytes.length > keptBytes) this.#bytes = Buffer.allocUnsafeSlow(keptBytes)
    this.#at = 0
    return taken
  }

  byte(value: number): void {
    if (this.#at === this.#bytes.length) this.#grow(1)
    this.#bytes[this.#at++] = value
  }

  int32(value: number): void {
    this.#reserve(4)
    this.#at = this.#bytes.writeInt32BE(value, this.#at)
  }

  long(value: Int64): void {
    this.#reserve(longBytes)
    this.#at = putLong(this.#bytes, this.#at, value)
  }

  /**
   * In UTF-8; a lone surrogate becomes U+FFFD. For short ASCII text JavaScript is faster than a call into the runtime.
   */
  text(value: string): void {
    const { length } = value
    this.#reserve(longBytes + length)
    if (length <= shortText) {
      const start = putLong(this.#bytes, this.#at, length)
      if (putAscii(this.#bytes, start, value)) {
        this.#at = start + length
        return
      }
    }
    const bytes = Buffer.byteLength(value)
    this.#reserve(longBytes + bytes)
    this.#at = putLong(this.#bytes, this.#at, bytes)
    this.#at += this.#bytes.write(value, this.#at)
  }

  /** Discards what a value that did not fit has written. */
  clear(): void {
    this.#at = 0
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes > this.#bytes.length) this.#grow(bytes)
  }

  #grow(bytes: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#at + bytes, this.#bytes.length * 2))
    this.#bytes.copy(grown, 0, 0, this.#at)
    this.#bytes = grown
  }
}

const keptBytes = 256 * 1024
const shortText = 48
/** The maximum length of a long. */
const longBytes = 10

/** Writes an Avro long and returns its end: zigzag, then seven bits a byte, the lowest first. */
export function putLong(bytes: Uint8Array, start: number, value: Int64): number {
  if (typeof value === 'bigint' || value >= smallBelow || value <= -smallBelow) return putWide(bytes, start, value)
  let at = start
  let zigzag = value < 0 ? -2 * value - 1 : 2 * value
  for (; zigzag >= 2 ** 31; zigzag = Math.floor(zigzag / 0x80)) bytes[at++] = (zigzag % 0x80) | 0x80
  let rest = zigzag | 0
  for (; rest >= 0x80; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80
  bytes[at++] = rest
  return at
}

/** Zigzag doubles a value: below this limit the result is exact in a number. */
const smallBelow = 2 ** 52

function putWide(bytes: Uint8Array, start: number, value: Int64): number {
  const exact = BigInt(value)
  let at = start
  let zigzag = BigInt.asUintN(64, (exact << 1n) ^ (exact >> 63n))
  for (; zigzag >= 0x80n; zigzag >>= 7n) bytes[at++] = Number(zigzag & 0x7fn) | 0x80
  bytes[at++] = Number(zigzag)
  return at
}

/** False where the text is not ASCII: what was written must then be discarded. */
function putAscii(bytes: Uint8Array, start: number, text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0x80) return false
    bytes[start + at] = code
  }
  return true
}

function putOf(schema: Schema): AvroPut {
  switch (schema.kind) {
    case 'string':
    case 'word':
      return putText
    case 'int':
    case 'long':
    case 'millis':
    case 'time':
      return schema.kind === 'int' ? putInt : putInt64
    case 'boolean':
      return (out, value) => {
        if (typeof value !== 'boolean') throw new Misfit()
        out.byte(value ? 1 : 0)
      }
    case 'enum': {
      const places = new Map<unknown, number>(avroSymbols(schema.symbols).map((symbol, place) => [symbol, place]))
      return (out, value) => {
        const place = places.get(value)
        if (place === undefined) throw new Misfit()
        out.long(place)
      }
    }
    case 'nullable': {
      const put = putOf(schema.of)
      return (out, value) => {
        // The branch of the union; null is the first.
        out.byte(value === null ? 0 : 2)
        if (value !== null) put(out, value)
      }
    }
    case 'list': {
      const put = putOf(schema.of)
      return (out, value) => {
        if (!Array.isArray(value)) throw new Misfit()
        if (value.length > 0) out.long(value.length)
        for (const item of value as readonly unknown[]) put(out, item)
        out.byte(0)
      }
    }
    case 'record':
      return putRecord(schema.fields)
  }
}

function putText(out: AvroOutput, value: unknown): void {
  if (typeof value !== 'string') throw new Misfit()
  out.text(value)
}

function putInt(out: AvroOutput, value: unknown): void {
  if (typeof value !== 'number' || (value | 0) !== value) throw new Misfit()
  out.long(value)
}

function putInt64(out: AvroOutput, value: unknown): void {
  if (!isInt64(value)) throw new Misfit()
  out.long(value)
}

export function isInt64(value: unknown): value is Int64 {
  return typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value)
}

function putRecord(fields: Fields): AvroPut {
  const parts = Object.entries(fields).map(([name, schema]) => ({ name, put: putOf(schema) }))
  return (out, value) => {
    if (typeof value !== 'object' || value === null) throw new Misfit()
    for (const { name, put } of parts) put(out, (value as Readonly<Record<string, unknown>>)[name])
  }
}

/** The paths of the parts of a value that do not fit the schema: `data.changes.0.gained`. */
export function misfits(schema: Schema, value: unknown, path = ''): string[] {
  const within = (name: string | number) => (path === '' ? String(name) : `${path}.${name}`)
  if (schema.kind === 'nullable') return value === null ? [] : misfits(schema.of, value, path)
  if (schema.kind === 'list' && Array.isArray(value))
    return value.flatMap((item, at) => misfits(schema.of, item, within(at)))
  if (schema.kind === 'record' && typeof value === 'object' && value !== null) {
    const given = value as Readonly<Record<string, unknown>>
    return Object.entries(schema.fields).flatMap(([name, field]) => misfits(field, given[name], within(name)))
  }
  try {
    putOf(schema)(new AvroOutput(), value)
    return []
  } catch {
    return [path]
  }
}
