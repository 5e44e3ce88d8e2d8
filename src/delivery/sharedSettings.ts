/**
 * The settings that all instances of a deployment must share, by name. Instances share the partitions, so that
 * different settings would treat groups differently. They are stored with the state. A name that only one side has is
 * not compared, because versions of koff differ in their settings.
 */
export type SharedSettings = Readonly<Record<string, SettingValue>>

export type SettingValue = string | readonly string[]

/** The setting that names the topic of the events: a change needs a confirmation. */
export const eventsTopicSetting = 'topic'

export interface SettingDifference {
  readonly name: string
  readonly here: SettingValue
  readonly there: SettingValue
}

export function differences(here: SharedSettings, there: SharedSettings): readonly SettingDifference[] {
  return Object.entries(here).flatMap(([name, value]) => {
    const other = there[name]
    return other === undefined || textOf(value) === textOf(other) ? [] : [{ name, here: value, there: other }]
  })
}

export function textOf(value: SettingValue): string {
  return JSON.stringify(value)
}
