/** Names of the fields that are times: libraries give them as dates. */
const times = new Set(['time', 'timestamp', 'after', 'before', 'since'])

/**
 * An event that a reader printed as JSON, as koff's NDJSON has it: an int64 that a number would not keep exact is a text, a
 * date is milliseconds.
 */
export function canonical(text: string): unknown {
  return JSON.parse(text, (key, value: unknown, context?: { readonly source?: string }) => {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) return context?.source
    if (times.has(key) && typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return Date.parse(value)
    return value
  })
}
