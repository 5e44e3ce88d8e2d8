import type { Cursor } from './cursor.ts'

/** How long reading may fail; Infinity: for ever. */
export interface OutageLimits {
  /** Until the first partition is read. */
  readonly beginMs: number
  /** Of any partition. */
  readonly partitionMs: number
}

export interface ReadOutage {
  readonly partitions: readonly number[]
  readonly reason: string
  readonly limitMs: number
  /** When it reaches its limit, on the clock of `performance.now()`. */
  readonly until: number
}

/** The limit of an outage, before and after the first success. */
export function limitOf({ beginMs, partitionMs }: OutageLimits, isHeldUp: boolean): number {
  return isHeldUp ? Math.min(beginMs, partitionMs) : partitionMs
}

/** Failures among the wanted partitions, where they have a limit; null: no failure. */
export function outageIn(unread: readonly Cursor[], limits: OutageLimits, hasBegun: boolean): ReadOutage | null {
  const failing = unread.flatMap(({ partition, failing }) => (failing === null ? [] : [{ partition, ...failing }]))
  // Before the first partition is read, a failure is not an outage while another partition may still answer.
  const isHeldUp = !hasBegun && failing.length === unread.length
  const limitMs = limitOf(limits, isHeldUp)
  const [first] = failing.toSorted((a, b) => a.since - b.since)
  if (first === undefined || limitMs === Number.POSITIVE_INFINITY) return null
  const { since, reason } = first
  const same = failing.filter(other => other.reason === reason)
  return { partitions: same.map(({ partition }) => partition), reason, limitMs, until: since + limitMs }
}
