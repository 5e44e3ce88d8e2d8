/** Local time, to the millisecond, as it sorts: `2026-11-24 14:03:07.123`; null for what is no time. */
export function localTime(ms: number): string | null {
  const date = new Date(ms)
  if (ms < 0 || Number.isNaN(date.getTime())) return null
  const local = new Date(ms - date.getTimezoneOffset() * 60_000)
  return local.toISOString().replace('T', ' ').slice(0, 23)
}
