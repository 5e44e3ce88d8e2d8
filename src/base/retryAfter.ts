/** The header Retry-After in ms: seconds, or an HTTP date (RFC 9110, 10.2.3). Null where it is absent or invalid. */
export function retryAfterMs(header: string | undefined): number | null {
  if (header === undefined) return null
  const ms = /^\s*\d{1,9}\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? null : Math.max(0, ms)
}
