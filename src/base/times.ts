/** A time in milliseconds since the epoch, or the fault of the text. */
export type ParsedTime =
  | { readonly kind: 'time'; readonly time: number }
  | { readonly kind: 'fault'; readonly fault: string }

export interface TimeContext {
  /** ms since the epoch: what `now`, `15m` and `16:12` are relative to. */
  readonly now: number
  /** A time of day alone is the last one that was (`past`, the default), or the one of today (`today`), which may be to come. */
  readonly timeOfDay?: 'past' | 'today'
}

/** For messages and help: every form that a time can have. */
export const timeForms = '15m (ago), 16:12, yesterday 16:12, 2026-11-24T12:00, @1760000000000 (ms), now'

/**
 * A time as people write it: `15m` (so long ago), `16:12`, `yesterday 16:12`, a date with or without time and zone, `@ms`,
 * `now`. A bare number of 12 digits or more is epoch milliseconds. Without a zone a time is local.
 */
export function parseTime(text: string, context: TimeContext): ParsedTime {
  const { now } = context
  const trimmed = text.trim()
  if (trimmed === 'now') return { kind: 'time', time: now }
  const digits = /^@(\d+)$|^(\d{12,})$/.exec(trimmed)
  if (digits !== null) return safe(text, Number(digits[1] ?? digits[2]))
  if (/^[-+]?\d+$/.test(trimmed)) {
    return fault(`${quoted(text)} is a bare number; write ${timeForms}; or epoch milliseconds in 12 digits or more`)
  }
  const ago = parseDuration(trimmed.replace(/^-|\s+ago$/g, ''))
  if (ago !== null) return { kind: 'time', time: now - ago }
  const time = timeOnDay(trimmed, context) ?? isoTime(trimmed)
  return time === null ? fault(`${quoted(text)} is no time; write ${timeForms}`) : { kind: 'time', time }
}

/** `60s`, `15m`, `1h30m`, `500ms`, `2 d` as milliseconds; null for anything else, a number without a unit too. */
export function parseDuration(text: string): number | null {
  if (!/^(\d+(\.\d+)?\s*(ms|s|sec|m|min|h|d|w)\s*)+$/.test(text)) return null
  let ms = 0
  for (const [, number = '', , unit = ''] of text.matchAll(/(\d+(\.\d+)?)\s*([a-z]+)/g)) {
    ms += Number(number) * (unitMs[unit] ?? 0)
  }
  return Number.isSafeInteger(Math.round(ms)) ? Math.round(ms) : null
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  sec: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

interface Clock {
  readonly hours: number
  readonly minutes: number
  readonly seconds: number
  readonly ms: number
}

/** `16:12`, `yesterday 16:12`, `today`. */
function timeOnDay(text: string, { now, timeOfDay = 'past' }: TimeContext): number | null {
  const [, day, rest] = /^(yesterday|today)?\s*(?:at\s+)?(.*)$/i.exec(text) ?? []
  if (day === undefined && rest === '') return null
  const clock = rest === '' ? midnight : clockOf(rest ?? '')
  if (clock === null) return null
  const date = new Date(now)
  const at = (daysAgo: number): number =>
    new Date(
      date.getFullYear(),
      date.getMonth(),
      date.getDate() - daysAgo,
      clock.hours,
      clock.minutes,
      clock.seconds,
      clock.ms,
    ).getTime()
  if (day !== undefined) return at(day.toLowerCase() === 'yesterday' ? 1 : 0)
  return timeOfDay === 'past' && at(0) > now ? at(1) : at(0)
}

const midnight: Clock = { hours: 0, minutes: 0, seconds: 0, ms: 0 }

function clockOf(text: string): Clock | null {
  const parts = /^(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,3})\d*)?)?$/.exec(text)
  if (parts === null) return null
  const [hours = 0, minutes = 0, seconds = 0] = parts.slice(1, 4).map(part => Number(part ?? 0))
  const ms = Number((parts[4] ?? '').padEnd(3, '0'))
  return hours < 24 && minutes < 60 && seconds < 60 ? { hours, minutes, seconds, ms } : null
}

/** A date with or without a time and a zone, as ISO 8601 has it, or with a space in the middle. */
function isoTime(text: string): number | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d[\d:.,]*)\s*(Z|[+-]\d\d:?\d\d)?)?$/i.exec(text)
  if (parts === null) return null
  const [year = 0, month = 0, day = 0] = parts.slice(1, 4).map(Number)
  const clock = parts[4] === undefined ? midnight : clockOf(parts[4])
  if (clock === null) return null
  const fields = [year, month - 1, day, clock.hours, clock.minutes, clock.seconds, clock.ms] as const
  // 31 February is no day, and not 3 March either.
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day || month < 1 || month > 12) return null
  const zone = parts[5]
  if (zone === undefined) return new Date(...fields).getTime()
  return Date.UTC(...fields) - offsetMs(zone)
}

/** Of `+01:00` and `-0330`. */
function offsetMs(zone: string): number {
  const digits = zone.replaceAll(/\D/g, '')
  if (digits === '') return 0
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return minutes * (zone.startsWith('-') ? -60_000 : 60_000)
}

function safe(text: string, time: number): ParsedTime {
  // The last day that a Date knows.
  return time <= 8.64e15 ? { kind: 'time', time } : fault(`${quoted(text)} is too large for a time`)
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

function fault(message: string): ParsedTime {
  return { kind: 'fault', fault: message }
}
