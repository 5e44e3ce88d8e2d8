import { type ConditionSettings, defaultConditionSettings, type SettingsOf } from '../state/conditions/settings.ts'
import { matchesGlob } from './glob.ts'
import type { Config } from './schema.ts'

/** Groups come and go; what was found out about them need not be kept for ever. */
const mostRemembered = 100_000

/** The settings of a group by its name: those of the first pattern that fits it over those for all. */
export function conditionSettings({ groups, ...all }: Config['conditions']): SettingsOf {
  const general = settingsFrom(all, defaultConditionSettings)
  if (groups.length === 0) return () => general
  const special = groups.map(({ pattern, ...own }) => ({ pattern, settings: settingsFrom(own, general) }))
  const known = new Map<string, ConditionSettings>()
  return group => {
    let settings = known.get(group)
    if (settings === undefined) {
      if (known.size >= mostRemembered) known.clear()
      settings = special.find(({ pattern }) => matchesGlob(pattern, group))?.settings ?? general
      known.set(group, settings)
    }
    return settings
  }
}

type Given = { readonly [K in keyof ConditionSettings]?: ConditionSettings[K] | undefined }

/** What is not given stays as it is. */
function settingsFrom(given: Given, base: ConditionSettings): ConditionSettings {
  return {
    stallAfterMs: given.stallAfterMs ?? base.stallAfterMs,
    stallMinLag: given.stallMinLag ?? base.stallMinLag,
    stallEmptyGroups: given.stallEmptyGroups ?? base.stallEmptyGroups,
    lagThreshold: given.lagThreshold ?? base.lagThreshold,
    lagTimeThresholdMs: given.lagTimeThresholdMs ?? base.lagTimeThresholdMs,
    lagForMs: given.lagForMs ?? base.lagForMs,
    stuckAfterTimeouts: given.stuckAfterTimeouts ?? base.stuckAfterTimeouts,
    // It is in place of the timeouts: whoever sets those wants them to count.
    stuckAfterMs: given.stuckAfterMs ?? (given.stuckAfterTimeouts === undefined ? base.stuckAfterMs : null),
    rebalanceTimeoutMs: given.rebalanceTimeoutMs ?? base.rebalanceTimeoutMs,
    stormRebalances: given.stormRebalances ?? base.stormRebalances,
    stormWithinMs: given.stormWithinMs ?? base.stormWithinMs,
    stormBurstMs: given.stormBurstMs ?? base.stormBurstMs,
    unassignedAfterMs: given.unassignedAfterMs ?? base.unassignedAfterMs,
    skewRatio: given.skewRatio ?? base.skewRatio,
  }
}
