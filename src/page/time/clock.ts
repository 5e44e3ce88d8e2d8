/** Which time zone the page shows times in. */
export type Zone = 'local' | 'utc'

export interface Parts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** The fields of a time in a zone; null where it is no time. */
export function partsOf(time: number, zone: Zone): Parts | null {
  const at = new Date(time)
  if (Number.isNaN(at.getTime())) return null
  if (zone === 'utc') {
    return {
      year: at.getUTCFullYear(),
      month: at.getUTCMonth() + 1,
      day: at.getUTCDate(),
      hour: at.getUTCHours(),
      minute: at.getUTCMinutes(),
      second: at.getUTCSeconds(),
    }
  }
  return {
    year: at.getFullYear(),
    month: at.getMonth() + 1,
    day: at.getDate(),
    hour: at.getHours(),
    minute: at.getMinutes(),
    second: at.getSeconds(),
  }
}

const two = (value: number) => String(value).padStart(2, '0')

/** `2026-11-24` */
export function dayText(time: number, zone: Zone): string {
  const parts = partsOf(time, zone)
  return parts === null ? 'no time' : `${parts.year}-${two(parts.month)}-${two(parts.day)}`
}

/** `12:03:09`, with milliseconds where they are asked for. */
export function clockText(time: number, zone: Zone, digits: 0 | 3 = 0): string {
  const parts = partsOf(time, zone)
  if (parts === null) return 'no time'
  const ms = digits === 0 ? '' : `.${String(Math.floor(((time % 1000) + 1000) % 1000)).padStart(3, '0')}`
  return `${two(parts.hour)}:${two(parts.minute)}:${two(parts.second)}${ms}`
}

/** `2026-11-24 12:03:09` */
export function timeText(time: number, zone: Zone, digits: 0 | 3 = 0): string {
  return Number.isFinite(time) ? `${dayText(time, zone)} ${clockText(time, zone, digits)}` : 'no time'
}

/** `UTC`, or the name of the local zone with its offset from UTC at that time. */
export function zoneText(zone: Zone, time: number): string {
  if (zone === 'utc') return 'UTC'
  const minutes = -new Date(time).getTimezoneOffset()
  const sign = minutes < 0 ? '−' : '+'
  return `local, UTC${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`
}
