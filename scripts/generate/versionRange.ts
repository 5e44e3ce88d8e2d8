/** An inclusive range of message versions; `null` is the range without a version (`none` in a spec). */
export type VersionRange = { readonly from: number; readonly to: number } | null

/** `"0-4"`, `"3"`, `"2+"` (open: up to Infinity) and `"none"` as specs write them. */
export function parseVersionRange(text: string): VersionRange {
  if (text === 'none') return null
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(text)
  if (match === null) throw new Error(`"${text}" is no range of versions`)
  const from = Number(match[1])
  const to = match[2] === undefined ? Number(match[3] ?? from) : Number.POSITIVE_INFINITY
  if (to < from) throw new Error(`"${text}" ends before it begins`)
  return { from, to }
}

export function intersect(a: VersionRange, b: VersionRange): VersionRange {
  if (a === null || b === null) return null
  const range = { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) }
  return range.from > range.to ? null : range
}

/** Whether every version of `inner` is in `outer`. */
export function covers(outer: VersionRange, inner: VersionRange): boolean {
  if (inner === null) return true
  return outer !== null && outer.from <= inner.from && outer.to >= inner.to
}

/**
 * The code that asks whether `version`, known to be in `known`, is in `range`: `true`, `false`, or a comparison that
 * does not ask again what is known.
 */
export function conditionFor(range: VersionRange, known: VersionRange): string {
  const common = intersect(range, known)
  if (common === null || known === null) return 'false'
  if (covers(common, known)) return 'true'
  if (common.to === known.to) return `version >= ${common.from}`
  if (common.from === known.from) return `version <= ${common.to}`
  if (common.from === common.to) return `version === ${common.from}`
  return `version >= ${common.from} && version <= ${common.to}`
}
