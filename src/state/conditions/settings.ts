import type { GroupCondition, OffsetCondition } from './condition.ts'
import { conditions } from './registry.ts'
import type { Threshold, Values } from './thresholds.ts'

type Intersection<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void ? I : never
type AllThresholds = Intersection<(typeof conditions)[number]['thresholds']>

/** The values of all thresholds, for one group. */
export type ConditionSettings = { readonly [K in keyof AllThresholds]: Values<AllThresholds>[K] }

/** The settings of a group, by its name: the same name gives the same settings as long as a state lives. */
export type SettingsOf = (group: string) => ConditionSettings

export type AnyGroupCondition = GroupCondition<unknown, ConditionSettings>
export type AnyCondition = AnyGroupCondition | OffsetCondition<ConditionSettings>

export const allConditions: readonly AnyCondition[] = conditions
export const groupConditions = allConditions.filter(condition => condition.of === 'group')
export const offsetConditions = allConditions.filter(condition => condition.of === 'offset')

/** By key, in the order of the conditions. */
const thresholds: ReadonlyMap<string, Threshold> = new Map(
  allConditions.flatMap(condition => Object.entries(condition.thresholds)),
)

export const defaultConditionSettings = settingsFrom(([, { default: value }]) => value)

type Given = { readonly [K in keyof ConditionSettings]?: ConditionSettings[K] | undefined }

/** Overrides `base`: missing settings stay as they are. */
export function settingsOver(base: ConditionSettings, given: Given): ConditionSettings {
  const values = given as Readonly<Record<string, unknown>>
  const before = base as Readonly<Record<string, unknown>>
  return settingsFrom(([key, { inPlaceOf }]) => {
    if (values[key] !== undefined) return values[key]
    // A group that sets the one that this one replaces wants that one to count.
    return inPlaceOf !== null && values[inPlaceOf] !== undefined ? null : before[key]
  })
}

function settingsFrom(valueOf: (entry: readonly [string, Threshold]) => unknown): ConditionSettings {
  return Object.fromEntries([...thresholds].map(entry => [entry[0], valueOf(entry)])) as ConditionSettings
}
