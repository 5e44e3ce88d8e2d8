/** A value that `JSON.stringify` writes without a replacer. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [name: string]: Json
}

/** An int64 as JSON: a number while every JSON reader reads it exactly, else a decimal string. */
export function int64Json(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value.toString()
}

/** For `JSON.stringify`: every bigint as `int64Json` has it. */
export function withInt64(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? int64Json(value) : value
}

/** Bytes as JSON: base64 with padding. */
export function bytesJson(bytes: Buffer): string {
  return bytes.toString('base64')
}
