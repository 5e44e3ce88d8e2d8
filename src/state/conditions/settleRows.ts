import { compareText } from '../group/group.ts'
import type { OffsetTable } from '../offsets/table.ts'
import type { RowContext, TouchedRow } from './condition.ts'
import { offsetConditions, type SettingsOf } from './settings.ts'

export interface SettleContext extends RowContext {
  readonly settingsOf: SettingsOf
  /** Of the batch: that of its last record. */
  readonly timestamp: number
}

/**
 * After a batch: what its commits and tombstones mean for the rows that were behind or have open conditions. As for all
 * events it is the batch's net effect that counts.
 */
export function settleRows({ settingsOf, timestamp, ...context }: SettleContext): void {
  const { table, watch } = context
  const order = Array.from({ length: watch.touchedCount }, (_, at) => at)
  // Rows have other numbers after a restart, and events are numbered in the order in which they are made.
  if (watch.conditions.size > 0) {
    order.sort((a, b) => comparePlaces(table, watch.touchedRows[a] as number, watch.touchedRows[b] as number))
  }
  const anchor = { offset: 0, timestamp }
  const touched = { row: 0, grew: false, isGone: false, time: 0, anchor }
  const rows = { ...context, settingsOf: (row: number) => settingsOf(table.groupOf(row).name) }
  for (const at of order) {
    const row = watch.touchedRows[at] as number
    touched.row = row
    touched.isGone = !table.isPresent(row)
    // Not `>`: an offset beyond what a number holds is NaN here, and has grown to that.
    touched.grew = !touched.isGone && !((table.offsets[row] as number) <= (watch.offsets[row] as number))
    touched.time = watch.touchedTimes[at] as number
    anchor.offset = watch.touchedAt[at] as number
    settle(touched, rows)
  }
  watch.endTouched()
}

function comparePlaces(table: OffsetTable, a: number, b: number): number {
  return (
    compareText(table.groupOf(a).name, table.groupOf(b).name) ||
    compareText(table.topicOf(a).name, table.topicOf(b).name) ||
    (table.partitions[a] as number) - (table.partitions[b] as number)
  )
}

type Rows = RowContext & { readonly settingsOf: (row: number) => ReturnType<SettingsOf> }

function settle(touched: TouchedRow, rows: Rows): void {
  const { row, isGone } = touched
  const { table, watch, changed } = rows
  const conditions = watch.conditions.get(row)
  const openBefore = conditions?.open.size ?? 0
  for (const condition of offsetConditions) condition.settle(touched, rows)
  watch.offsets[row] = table.offsets[row] as number
  if (conditions === undefined || conditions.open.size > 0) return
  // Keep the counters only while events are anchored to the same commit.
  const isClosedNow = openBefore > 0
  if (isGone || !isClosedNow) {
    watch.forgetConditions(row)
    changed(row)
  }
}
