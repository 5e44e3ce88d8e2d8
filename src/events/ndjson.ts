import type { Int64, KoffEvent } from './envelope.ts'

/**
 * One envelope as one line of JSON, with its line feed; `data` unwrapped.
 * An int64 is a number while every JSON reader keeps it exact, else a decimal string.
 */
export function eventLine(event: KoffEvent): string {
  return `${JSON.stringify(event, exactInt64)}\n`
}

function exactInt64(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? plainInt64(value) : value
}

function plainInt64(value: bigint): Int64 | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value.toString()
}
