import type { LagTime } from './lagTime.ts'
import type { ConditionSettings } from './settings.ts'
import type { About, Open, Teller } from './tell.ts'

export interface LagState {
  /** Time of the first of the samples at which the lag was at or above the threshold without a break; null: it is not. */
  readonly since: number | null
  /** The same of the lag in time; absent in a state that was stored before it was measured. */
  readonly sinceInTime?: number | null
  readonly open: Open | null
}

export const noLag: LagState = { since: null, sinceInTime: null, open: null }

/** How far a group is behind at one round of samples. */
export interface GroupLag {
  readonly lag: number
  /** Of its worst partition in time; null: not known. */
  readonly lagMs: LagTime | null
  readonly worst: { readonly topic: string; readonly partition: number; readonly lag: number }
}

export interface LagContext {
  readonly settings: ConditionSettings
  /** Time of the samples. */
  readonly now: number
  readonly about: About
  readonly tell: Teller
}

/**
 * Opens after `lagForMs` at or above a threshold, closes below half of both; in between it stays what it is. Of the lag in
 * time, the lower bound opens and the upper one closes: where a bound is not known, it does neither.
 */
export function judgeLag(state: LagState, group: GroupLag, context: LagContext): LagState {
  const { settings, now, about, tell } = context
  const { lagThreshold, lagTimeThresholdMs, lagForMs } = settings
  const { lag, lagMs, worst } = group
  const { open } = state
  if (open !== null) {
    if (!isRecovered(group, settings)) return state
    tell.close('lag-exceeded', open, about, now, {})
    return noLag
  }
  const isLate = lagTimeThresholdMs !== null && (lagMs?.min ?? -1) >= lagTimeThresholdMs
  const since = lagThreshold !== null && lag >= lagThreshold ? begun(state.since, now) : null
  const sinceInTime = isLate ? begun(state.sinceInTime ?? null, now) : null
  const opensAt = (begin: number | null) => (begin === null ? Number.POSITIVE_INFINITY : begin + lagForMs)
  const byRecords = opensAt(since)
  const byTime = opensAt(sinceInTime)
  const time = Math.min(byRecords, byTime)
  if (time > now) {
    const isSame = state.since === since && (state.sinceInTime ?? null) === sinceInTime
    return isSame ? state : { since, sinceInTime, open }
  }
  const [thresholdOf, threshold] =
    byRecords <= byTime ? (['records', lagThreshold ?? 0] as const) : (['time', lagTimeThresholdMs ?? 0] as const)
  return { ...noLag, open: tell.open('lag-exceeded', about, time, { lag, lagMs, threshold, thresholdOf, worst }) }
}

/** A time that has yet to come: the clock was set back. */
function begun(since: number | null, now: number): number {
  return Math.min(since ?? now, now)
}

function isRecovered({ lag, lagMs }: GroupLag, { lagThreshold, lagTimeThresholdMs }: ConditionSettings): boolean {
  const isLow = lagThreshold === null || lag < lagThreshold / 2
  const isEarly = lagTimeThresholdMs === null || (lagMs?.max ?? Number.POSITIVE_INFINITY) < lagTimeThresholdMs / 2
  return isLow && isEarly
}

/** The group is gone, and its lag with it. */
export function endLag({ open }: LagState, { now, about, tell }: LagContext): LagState {
  if (open !== null) tell.close('lag-exceeded', open, about, now, {})
  return noLag
}
