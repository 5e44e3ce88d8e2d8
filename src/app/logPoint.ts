import { usage } from '../terminal/usage.ts'

/** A place in a log: an offset, or a time in milliseconds since the epoch. */
export type LogPoint =
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'time'; readonly time: number }

/**
 * `1234` is an offset, `@1760000000000` a time in milliseconds, everything else a date as ISO 8601 has it.
 *
 * @throws KoffError USAGE
 */
export function parseLogPoint(flag: string, text: string): LogPoint {
  if (/^\d+$/.test(text)) return { kind: 'offset', offset: safe(flag, text, text) }
  if (/^@\d+$/.test(text)) return { kind: 'time', time: safe(flag, text, text.slice(1)) }
  const known = 'an offset, a time as 2026-11-24T12:00Z, or @milliseconds'
  return {
    kind: 'time',
    time: isoTime(text, () => usage(`${flag}: ${JSON.stringify(text)} is no point in a log; ${known}`)),
  }
}

/** Where only a time makes sense: milliseconds since the epoch, with or without @, or a date as ISO 8601 has it. */
export function parseTime(flag: string, text: string): number {
  if (/^@?\d+$/.test(text)) return safe(flag, text, text.replace('@', ''))
  const known = 'one as 2026-11-24T12:00Z, or milliseconds since 1970'
  return isoTime(text, () => usage(`${flag}: ${JSON.stringify(text)} is no time; ${known}`))
}

/** As far as `place` tells: magic 0 has no time, and is then neither before nor after one. */
export function isBefore(place: { readonly offset: number; readonly timestamp: number }, point: LogPoint): boolean {
  if (point.kind === 'offset') return place.offset < point.offset
  return place.timestamp >= 0 && place.timestamp < point.time
}

export function isAfter(place: { readonly offset: number; readonly timestamp: number }, point: LogPoint): boolean {
  return point.kind === 'offset' ? place.offset > point.offset : place.timestamp > point.time
}

function isoTime(text: string, fault: () => Error): number {
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw fault()
  return time
}

function safe(flag: string, text: string, digits: string): number {
  const number = Number(digits)
  if (Number.isSafeInteger(number)) return number
  throw usage(`${flag}: ${JSON.stringify(text)} is too large`)
}
