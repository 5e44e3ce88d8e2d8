import type { GroupSlot } from '../group/groupSlot.ts'
import type { TopicNames } from '../group/topicNames.ts'
import type { OffsetTable } from '../offsets/table.ts'
import type { LogEnds } from './logEnds.ts'
import type { RowWatch } from './rowWatch.ts'
import type { ConditionSettings, SettingsOf } from './settings.ts'
import type { About, Numbers, Teller } from './tell.ts'

export interface RowsContext {
  readonly table: OffsetTable
  readonly watch: RowWatch
  readonly logEnds: LogEnds
  readonly names: TopicNames
  readonly settingsOf: SettingsOf
  readonly tell: Teller
  /** Of the round, ms. */
  readonly now: number
  /** Called with each row of which there is something else to store now. */
  readonly changed: (row: number) => void
}

/** A row that has a sample in the present round. */
export interface SampledRow {
  readonly row: number
  readonly slot: GroupSlot
  readonly settings: ConditionSettings
  readonly offset: number
  readonly logStart: number
  readonly logEnd: number
  /** Records that can still be read: those that retention removed are not. Below 0 where the offset is above the log end. */
  readonly lag: number
  /** Of the sample, ms. */
  readonly time: number
}

/** What the events of a row are anchored to by default: the commit that counts. */
export function aboutRow(row: number, table: OffsetTable, numbers: Numbers): About {
  const { name, group, lastType } = table.groupOf(row)
  const anchor = { offset: table.positions[row] ?? 0, timestamp: table.times[row] ?? 0 }
  return { group: name, groupType: group?.type ?? lastType, anchor, numbers }
}
