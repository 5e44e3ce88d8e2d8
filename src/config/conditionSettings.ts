import {
  type ConditionSettings,
  defaultConditionSettings,
  type SettingsOf,
  settingsOver,
} from '../state/conditions/settings.ts'
import { matchesGlob } from './glob.ts'
import type { Config } from './schema.ts'

/** Groups come and go: the cache of their settings is limited. */
const mostRemembered = 100_000

/** The thresholds of a group by its name: those of the first matching pattern override those for all groups. */
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
