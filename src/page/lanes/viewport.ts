/** The times that are in view, ms; `from` is before `to`. */
export interface Viewport {
  readonly from: number
  readonly to: number
}

/** The shortest and the longest time that a view shows, ms. */
const shortest = 1_000
const longest = 400 * 86_400_000

/** The place of a time in a view of that width. */
export function xOf({ from, to }: Viewport, width: number, time: number): number {
  return ((time - from) / (to - from)) * width
}

export function timeAt({ from, to }: Viewport, width: number, x: number): number {
  return from + (x / width) * (to - from)
}

/** Closer by `factor` above 1, further by one below; the time `at` stays where it is. */
export function zoomed({ from, to }: Viewport, at: number, factor: number): Viewport {
  const span = Math.min(longest, Math.max(shortest, (to - from) / factor))
  const share = (at - from) / (to - from)
  const start = at - share * span
  return { from: start, to: start + span }
}

/** Later by `share` of what is in view, or earlier. */
export function panned({ from, to }: Viewport, share: number): Viewport {
  const by = (to - from) * share
  return { from: from + by, to: to + by }
}

/** At least the edge of what there is stays in view. */
export function clamped({ from, to }: Viewport, bounds: Viewport): Viewport {
  const span = to - from
  const room = span * 0.9
  const start = Math.min(Math.max(from, bounds.from - room), bounds.to + room - span)
  return { from: start, to: start + span }
}

/** All of it with a margin on both sides. */
export function around({ from, to }: Viewport): Viewport {
  const margin = Math.max(500, (to - from) * 0.03)
  return { from: from - margin, to: to + margin }
}

export function isWithin(inner: Viewport, outer: Viewport): boolean {
  return inner.from >= outer.from && inner.to <= outer.to
}
