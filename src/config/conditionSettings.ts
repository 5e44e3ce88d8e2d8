import {
  type ConditionSettings,
  defaultConditionSettings,
  type SettingsOf,
  settingsOver,
} from '../state/conditions/settings.ts'
import { matchesGlob } from './glob.ts'
import type { Config } from './schema.ts'

/** Groups come and go; what was found out about them need not be kept for ever. */
const mostRemembered = 100_000

/** The settings of a group by its name: those of the first pattern that fits it over those for all. */
export function conditionSettings({ groups, ...all }: Config['conditions']): SettingsOf {
  const general = settingsOver(defaultConditionSettings, all)
  if (groups.length === 0) return () => general
  const special = groups.map(({ pattern, ...own }) => ({ pattern, settings: settingsOver(general, own) }))
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
