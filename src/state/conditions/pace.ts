/*
 * How slowly a partition moves while it moves: for how long it was behind without advancing before it advanced again. A
 * time falls into the slot of the record that advanced; slots are five minutes long, and the present one and the eleven
 * before it count.
 */

const slotMs = 300_000
const slots = 12
/** Times below this part of `stallAfterMs` make no difference, and are not kept. */
const shortestPart = 1 / 3
const allowedTimes = 3
const most = 10

/** The longest times by slot, ascending by slot; of two, the later one is the shorter. Nearly always one or two. */
export type Pace = readonly (readonly [slot: number, ms: number])[]

/** `recordTime` is that of the record that advanced after so long. Returns `pace` itself where that adds nothing. */
export function notePace(
  pace: Pace,
  behindMs: number,
  recordTime: number,
  { stallAfterMs }: { readonly stallAfterMs: number },
): Pace {
  if (!(behindMs >= stallAfterMs * shortestPart)) return pace
  const slot = slotOf(recordTime)
  if (pace.some(([at, ms]) => at >= slot && ms >= behindMs)) return pace
  const others = pace.filter(([at, ms]) => at > slot || (ms > behindMs && at > slot - slots))
  return [...others, [slot, behindMs] as const].sort(([a], [b]) => a - b)
}

/** How long a partition may be behind without advancing before it counts as stalled. */
export function stallAfter(pace: Pace, now: number, { stallAfterMs }: { readonly stallAfterMs: number }): number {
  const slot = slotOf(now)
  let longest = 0
  for (const [at, ms] of pace) if (at <= slot && at > slot - slots) longest = Math.max(longest, ms)
  return Math.max(stallAfterMs, Math.min(allowedTimes * longest, most * stallAfterMs))
}

/** Nothing of it counts any more. */
export function isOldPace(pace: Pace, now: number): boolean {
  const last = pace.at(-1)
  return last === undefined || last[0] <= slotOf(now) - slots
}

/** Every five minutes a new one begins. */
export function slotOf(time: number): number {
  return Math.floor(time / slotMs)
}
