/** One setting of a condition. */
export interface Threshold<V extends number | boolean | null = number | boolean | null> {
  /** `ms` is a duration, `times` a factor that need not be whole, `switch` is on or off; all others count whole things. */
  readonly unit: 'ms' | 'records' | 'rebalances' | 'times' | 'switch'
  readonly min: number
  /** Null: as large as a setting of this unit can be. */
  readonly max: number | null
  /** Null: off, or decided by another setting, unless set. */
  readonly default: V
  /** What it does, in a sentence. Markdown. */
  readonly text: string
  /** The key of the setting that this one replaces: for a group that sets that key alone, this one is not set. */
  readonly inPlaceOf: string | null
}

export type Thresholds = Readonly<Record<string, Threshold>>

/** What a configuration makes of thresholds. */
export type Values<T extends Thresholds> = { readonly [K in keyof T]: T[K] extends Threshold<infer V> ? V : never }

interface Given<V> {
  readonly unit: Exclude<Threshold['unit'], 'switch'>
  readonly min: number
  readonly max?: number
  readonly default: V
  readonly text: string
  readonly inPlaceOf?: string
}

export function threshold(given: Given<number>): Threshold<number>
export function threshold(given: Given<null>): Threshold<number | null>
export function threshold(given: Given<number | null>): Threshold<number | null> {
  return { max: null, inPlaceOf: null, ...given }
}

export function switchedOff(text: string): Threshold<boolean> {
  return { unit: 'switch', min: 0, max: null, default: false, text, inPlaceOf: null }
}
