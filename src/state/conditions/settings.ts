/** When conditions over time open, for one group. Durations in ms. */
export interface ConditionSettings {
  /** `offset-stalled`: how long the log end has to be ahead of a committed offset that does not grow. */
  readonly stallAfterMs: number
  /** `offset-stalled`: by how many records at least the log end has to be ahead. */
  readonly stallMinLag: number
  /** `offset-stalled`: true also opens it for groups that were without members all the time. */
  readonly stallEmptyGroups: boolean
  /** `lag-exceeded`: records, summed over the partitions of the group; null: never. */
  readonly lagThreshold: number | null
  /** `lag-exceeded`: so old is the record at the committed offset of the worst partition, ms; null: never. */
  readonly lagTimeThresholdMs: number | null
  readonly lagForMs: number
  /** `rebalance-stuck`: after how many times the longest rebalance timeout of the members; 5 s at least. */
  readonly stuckAfterTimeouts: number
  /** `rebalance-stuck`: after so long, whatever the timeouts are; null: by the timeouts. */
  readonly stuckAfterMs: number | null
  /** The rebalance timeout of members whose records tell none (share groups). */
  readonly rebalanceTimeoutMs: number
  /** `rebalance-storm`: so many rebalances within `stormWithinMs`; those closer than `stormBurstMs` count once. */
  readonly stormRebalances: number
  readonly stormWithinMs: number
  readonly stormBurstMs: number
  readonly unassignedAfterMs: number
  /** `assignment-skewed`: from how many times the mean on the most that one member holds is too much. */
  readonly skewRatio: number
}

export const defaultConditionSettings: ConditionSettings = {
  stallAfterMs: 60_000,
  stallMinLag: 1,
  stallEmptyGroups: false,
  lagThreshold: null,
  lagTimeThresholdMs: null,
  lagForMs: 60_000,
  stuckAfterTimeouts: 0.5,
  stuckAfterMs: null,
  rebalanceTimeoutMs: 300_000,
  stormRebalances: 5,
  stormWithinMs: 600_000,
  stormBurstMs: 5_000,
  unassignedAfterMs: 60_000,
  skewRatio: 2,
}

/** The settings of a group, by its name: the same name gives the same settings as long as a state lives. */
export type SettingsOf = (group: string) => ConditionSettings
