import avsc from 'avsc'
import { isInt64, putLong } from '../events/avroWriter.ts'
import { type Int64, int64Of } from '../events/envelope.ts'

/**
 * Avro's long over the whole range of an int64. avsc's own long uses numbers only and throws beyond 2^53. Accepts both
 * forms of an `Int64`; returns a number while exact, else a bigint.
 */
export const int64Type: avsc.Type = avsc.types.LongType.__with(
  {
    isValid: isInt64,
    toBuffer: (value: Int64) => scratch.subarray(0, putLong(scratch, 0, value)),
    fromBuffer: (bytes: Buffer) => (bytes.length <= smallVarintBytes ? readSmall(bytes) : int64Of(readWide(bytes))),
    toJSON: (value: Int64) => (typeof value === 'bigint' ? value.toString() : value),
    fromJSON: (value: number | string) => int64Of(BigInt(value)),
    compare: (a: Int64, b: Int64) => (a < b ? -1 : Number(a > b)),
  },
  true,
)

/** For avsc's `typeHook`: every long is an `int64Type`, a timestamp too. */
export function int64Hook(schema: unknown): avsc.Type | undefined {
  const type = typeof schema === 'object' && schema !== null && 'type' in schema ? schema.type : schema
  return type === 'long' ? int64Type : undefined
}

/** Memory that is reused: avsc copies a result before the next call. */
const scratch = Buffer.alloc(10)

// Zigzag doubles a value, and seven bytes have 49 bits: below this limit everything is exact in a number.
const smallVarintBytes = 7

function readSmall(bytes: Buffer): number {
  let zigzag = 0
  for (let place = 1, at = 0; at < bytes.length; at += 1, place *= 0x80) zigzag += (bytes.readUInt8(at) & 0x7f) * place
  return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
}

function readWide(bytes: Buffer): bigint {
  let zigzag = 0n
  for (let shift = 0n, at = 0; at < bytes.length; at += 1, shift += 7n) {
    zigzag |= BigInt(bytes.readUInt8(at) & 0x7f) << shift
  }
  return BigInt.asIntN(64, (zigzag >> 1n) ^ -(zigzag & 1n))
}
