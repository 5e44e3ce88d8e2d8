import type { GroupCondition, GroupContext, GroupLag } from './condition.ts'
import type { Open } from './conditionEvents.ts'
import { threshold, type Values } from './thresholds.ts'

const thresholds = {
  lagThreshold: threshold({
    unit: 'records',
    min: 1,
    default: null,
    text: 'records, summed over the partitions of the group; never unless set.',
  }),
  lagTimeThresholdMs: threshold({
    unit: 'ms',
    min: 1,
    default: null,
    text: 'how old the record at the committed offset of the worst partition is; never unless set.',
  }),
  lagForMs: threshold({
    unit: 'ms',
    min: 0,
    default: 60_000,
    text: 'how long the lag has to be at or above one of the thresholds.',
  }),
}
type Settings = Values<typeof thresholds>

export interface LagState {
  /** Time of the first of the consecutive samples at or above the threshold; null: below it. */
  readonly since: number | null
  /** The same for the lag in time; absent in an older state. */
  readonly sinceInTime?: number | null
  readonly open: Open | null
}

const noLag: LagState = { since: null, sinceInTime: null, open: null }

/** The lag of a group at or above a threshold. */
export const lagExceeded = {
  of: 'group',
  opens: 'lag-exceeded',
  shortName: 'lag',
  key: 'lag',
  thresholds,
  needs: 'samples',
  initial: noLag,
  needsLag: ({ open }, { lagThreshold, lagTimeThresholdMs }) =>
    lagThreshold !== null || lagTimeThresholdMs !== null || open !== null,
  judgeLag,
  end({ open }, { about, now, emit }) {
    if (open !== null) emit.close('lag-exceeded', open, about, now, {})
  },
  openIn: ({ open }) => (open === null ? [] : [{ open, topic: null, partition: null }]),
} as const satisfies GroupCondition<LagState, Settings>

/**
 * Opens after `lagForMs` at or above a threshold, closes below half of both; in between it stays. For the lag in time,
 * the lower bound opens and the upper one closes; an unknown bound does neither.
 */
function judgeLag(state: LagState, group: GroupLag, context: GroupContext<Settings>): LagState {
  const { settings, now, about, emit } = context
  const { lagThreshold, lagTimeThresholdMs, lagForMs } = settings
  const { lag, lagMs, worst } = group
  const { open } = state
  if (open !== null) {
    if (!isRecovered(group, settings)) return state
    emit.close('lag-exceeded', open, about, now, {})
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
  return { ...noLag, open: emit.open('lag-exceeded', about, time, { lag, lagMs, threshold, thresholdOf, worst }) }
}

/** A time in the future: the clock was set back. */
function begun(since: number | null, now: number): number {
  return Math.min(since ?? now, now)
}

function isRecovered({ lag, lagMs }: GroupLag, { lagThreshold, lagTimeThresholdMs }: Settings): boolean {
  const isLow = lagThreshold === null || lag < lagThreshold / 2
  const isEarly = lagTimeThresholdMs === null || (lagMs?.max ?? Number.POSITIVE_INFINITY) < lagTimeThresholdMs / 2
  return isLow && isEarly
}
