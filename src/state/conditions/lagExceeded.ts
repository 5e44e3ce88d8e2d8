import type { ConditionSettings } from './settings.ts'
import type { About, Open, Teller } from './tell.ts'

export interface LagState {
  /** Time of the first of the samples at which the lag was at or above the threshold without a break; null: it is not. */
  readonly since: number | null
  readonly open: Open | null
}

export const noLag: LagState = { since: null, open: null }

/** How far a group is behind at one round of samples. */
export interface GroupLag {
  readonly lag: number
  readonly worst: { readonly topic: string; readonly partition: number; readonly lag: number }
}

export interface LagContext {
  readonly settings: ConditionSettings
  /** Time of the samples. */
  readonly now: number
  readonly about: About
  readonly tell: Teller
}

/** Opens after `lagForMs` at or above the threshold, closes below half of it; in between it stays what it is. */
export function judgeLag(state: LagState, { lag, worst }: GroupLag, context: LagContext): LagState {
  const { settings, now, about, tell } = context
  const { lagThreshold: threshold, lagForMs } = settings
  const { open } = state
  if (open !== null) {
    if (threshold !== null && lag >= threshold / 2) return state
    tell.close('lag-exceeded', open, about, now, {})
    return noLag
  }
  if (threshold === null || lag < threshold) return state.since === null ? state : noLag
  // A time that has yet to come: the clock was set back.
  const since = Math.min(state.since ?? now, now)
  if (now - since < lagForMs) return state.since === since ? state : { since, open }
  return {
    since: null,
    open: tell.open('lag-exceeded', about, since + lagForMs, { lag, lagMs: null, threshold, worst }),
  }
}

/** The group is gone, and its lag with it. */
export function endLag({ open }: LagState, { now, about, tell }: LagContext): LagState {
  if (open !== null) tell.close('lag-exceeded', open, about, now, {})
  return noLag
}
