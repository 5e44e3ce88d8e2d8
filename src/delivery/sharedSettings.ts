/**
 * What all instances of a deployment must agree on, by the name of the setting: they share the partitions, so that groups
 * would otherwise be treated in two ways. Stored with the state. A name that only one side has is not compared: versions of
 * koff differ in which they know.
 */
export type SharedSettings = Readonly<Record<string, SettingValue>>

export type SettingValue = string | readonly string[]

/** The setting that names the topic of the events: another one takes more than a new value. */
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
