import { parseTime, type TimeContext, timeForms } from '../base/times.ts'
import { usage } from '../terminal/usage.ts'

/** A position in a log: an offset, or a time in milliseconds since the epoch. */
export type LogPoint =
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'time'; readonly time: number }

/**
 * A number of up to 11 digits is an offset, everything else a time (`timeOption`).
 *
 * @throws KoffError USAGE
 */
export function parseLogPoint(flag: string, text: string): LogPoint {
  if (/^\d{1,11}$/.test(text)) return { kind: 'offset', offset: Number(text) }
  const parsed = parseTime(text, { now: Date.now() })
  if (parsed.kind === 'time') return parsed
  throw usage(`${flag}: ${JSON.stringify(text)} is not a position in a log; write an offset, or a time: ${timeForms}`)
}

/**
 * A flag's time as people write it (base/times.ts), in milliseconds since the epoch.
 *
 * @throws KoffError USAGE
 */
export function timeOption(flag: string, timeOfDay: TimeContext['timeOfDay'] = 'past'): (text: string) => number {
  return text => {
    const parsed = parseTime(text, { now: Date.now(), timeOfDay })
    if (parsed.kind === 'fault') throw usage(`${flag}: ${parsed.fault}`)
    return parsed.time
  }
}

/** The comparison with `place`: magic 0 has no time, and is then neither before nor after a time. */
export function isBefore(place: { readonly offset: number; readonly timestamp: number }, point: LogPoint): boolean {
  if (point.kind === 'offset') return place.offset < point.offset
  return place.timestamp >= 0 && place.timestamp < point.time
}

export function isAfter(place: { readonly offset: number; readonly timestamp: number }, point: LogPoint): boolean {
  return point.kind === 'offset' ? place.offset > point.offset : place.timestamp > point.time
}
