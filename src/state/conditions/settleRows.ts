import { compareText } from '../group/group.ts'
import type { OffsetTable } from '../offsets/table.ts'
import { closeStall } from './judgeStall.ts'
import { notePace, type Pace } from './pace.ts'
import { aboutRow } from './rows.ts'
import type { RowWatch } from './rowWatch.ts'
import type { SettingsOf } from './settings.ts'
import type { About, Teller } from './tell.ts'

export interface SettleContext {
  readonly table: OffsetTable
  readonly watch: RowWatch
  readonly settingsOf: SettingsOf
  readonly tell: Teller
  /** Of the batch: that of its last record. */
  readonly timestamp: number
  readonly changed: (row: number) => void
}

/**
 * After a batch: what its commits and tombstones mean for the rows that were behind or have open conditions. As for all
 * events it is the batch's net effect that counts.
 */
export function settleRows(context: SettleContext): void {
  const { table, watch } = context
  const order = Array.from({ length: watch.touchedCount }, (_, at) => at)
  // Rows have other numbers after a restart, and events are numbered in the order in which they are made.
  if (watch.conditions.size > 0) {
    order.sort((a, b) => comparePlaces(table, watch.touchedRows[a] as number, watch.touchedRows[b] as number))
  }
  for (const at of order) settle(at, context)
  watch.endTouched()
}

function comparePlaces(table: OffsetTable, a: number, b: number): number {
  return (
    compareText(table.groupOf(a).name, table.groupOf(b).name) ||
    compareText(table.topicOf(a).name, table.topicOf(b).name) ||
    (table.partitions[a] as number) - (table.partitions[b] as number)
  )
}

function settle(at: number, { table, watch, settingsOf, tell, timestamp, changed }: SettleContext): void {
  const row = watch.touchedRows[at] as number
  const conditions = watch.conditions.get(row)
  const isGone = !table.isPresent(row)
  // Not `>`: an offset beyond what a number holds is NaN here, and has grown to that.
  const grew = !isGone && !((table.offsets[row] as number) <= (watch.offsets[row] as number))
  let closed = false
  if (grew || isGone) {
    if (isGone) watch.forgetPace(row)
    else notePaceOf(row, { table, watch, settingsOf })
    watch.endBehind(row)
    changed(row)
    if (conditions !== undefined) {
      const about: About = {
        ...aboutRow(row, table, conditions.numbers),
        anchor: { offset: watch.touchedAt[at] as number, timestamp },
      }
      const place = { topic: table.topicOf(row).name, partition: table.partitions[row] ?? 0 }
      const time = watch.touchedTimes[at] as number
      if (conditions.stalled !== null) {
        closeStall(conditions.stalled, { tell, about, time, place })
        conditions.stalled = null
        closed = true
      }
      if (isGone && conditions.outOfRange !== null) {
        tell.close('offset-out-of-range', conditions.outOfRange, about, time, place)
        conditions.outOfRange = null
        closed = true
      }
    }
  }
  watch.offsets[row] = table.offsets[row] as number
  if (isGone) watch.setAbove(row, null)
  // Its numbers are of use as long as events are anchored to the same commit.
  const isOver = conditions !== undefined && conditions.stalled === null && conditions.outOfRange === null
  if (isOver && (isGone || !closed)) {
    watch.forgetConditions(row)
    changed(row)
  }
}

/** It was behind, and its offset has grown. */
function notePaceOf(row: number, { table, watch, settingsOf }: Pick<SettleContext, 'table' | 'watch' | 'settingsOf'>) {
  const since = watch.since[row] as number
  if (Number.isNaN(since)) return
  const time = table.times[row] as number
  const before = watch.paces.get(row) ?? noPace
  const pace = notePace(before, time - since, time, settingsOf(table.groupOf(row).name))
  if (pace !== before) watch.setPace(row, pace)
}

const noPace: Pace = []
