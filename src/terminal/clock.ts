/** Local time, to the millisecond, as it sorts: `2026-11-24 14:03:07.123`; null for what is no time. */
export function localTime(ms: number): string | null {
  const date = new Date(ms)
  if (ms < 0 || Number.isNaN(date.getTime())) return null
  const local = new Date(ms - date.getTimezoneOffset() * 60_000)
  return local.toISOString().replace('T', ' ').slice(0, 23)
}

/** A time without what the reader knows: `14:03:07` of today, else with its day, `2026-11-24 14:03:07`. */
export function shortTime(ms: number, now: number): string {
  const text = localTime(ms)?.slice(0, 19)
  if (text === undefined) return 'no time'
  return text.slice(0, 10) === localTime(now)?.slice(0, 10) ? text.slice(11) : text
}

/** For a line that says it once: `UTC`, `Europe/Berlin, UTC+01:00`. */
export function zoneText(ms: number, timeZone = new Intl.DateTimeFormat().resolvedOptions().timeZone): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' }).formatToParts(
    Math.max(0, ms),
  )
  const offset = (parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT').replace('GMT', 'UTC')
  return /^(Etc\/)?UTC$/.test(timeZone) ? 'UTC' : `${timeZone}, ${offset === 'UTC' ? 'UTC+00:00' : offset}`
}

/** How long in a few columns: `0s`, `850ms`, `12s`, `3m20s`, `2h5m`, `3d4h`. */
export function shortDuration(ms: number): string {
  if (ms < 1_000) return ms < 1 ? '0s' : `${Math.round(ms)}ms`
  const seconds = Math.floor(ms / 1_000)
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600), Math.floor(seconds / 60)]
  if (days > 0) return two(days, 'd', hours % 24, 'h')
  if (hours > 0) return two(hours, 'h', minutes % 60, 'm')
  return minutes > 0 ? two(minutes, 'm', seconds % 60, 's') : `${seconds}s`
}

/** Between which two times a lag in time lies, ms; null: no such bound is known. */
export interface LagInterval {
  readonly min: number | null
  readonly max: number | null
}

/** `12s`, `10s-20s`, `>12s`, `<20s`, `?`; `short`: the upper end, as far as it is known. */
export function lagTimeText(lag: LagInterval | null, form: 'short' | 'whole' = 'whole'): string {
  if (lag === null || (lag.min === null && lag.max === null)) return '?'
  const { min, max } = lag
  if (max === null) return `>${shortDuration(min ?? 0)}`
  const upper = shortDuration(max)
  if (form === 'short' || min === max) return upper
  if (min === null) return `<${upper}`
  const lower = shortDuration(min)
  return lower === upper ? upper : `${lower}-${upper}`
}

function two(first: number, unit: string, second: number, smaller: string): string {
  return second === 0 ? `${first}${unit}` : `${first}${unit}${second}${smaller}`
}
