import { describe } from '../transition/members.ts'
import { ownerOf, stallDeadline, stallReason } from './offsetStalled.ts'
import { aboutRow, type RowsContext, type SampledRow } from './rows.ts'

/** The log end is ahead, and was not, or the offset has grown since. */
export function beginStallWindow({ row, offset, time }: SampledRow, { table, watch, now, changed }: RowsContext): void {
  // A sample that is older than the commit says nothing of the time before it; clocks that differ are not believed beyond now.
  watch.beginWindow(row, Math.max(time, Math.min(table.times[row] as number, now)), offset)
  changed(row)
}

/** The log end is still ahead: opens `offset-stalled` when that has been so for long enough, of a topic still in use. */
export function judgeStall(
  { row, slot, settings, offset, logEnd, lag, time }: SampledRow,
  context: RowsContext,
  isDropped: (row: number) => boolean,
): void {
  const { table, watch, names, tell, changed } = context
  const { group } = slot
  if (group === null) return
  const rebalancedAt = slot.conditions?.rebalancedAt ?? null
  const deadline = stallDeadline({ since: watch.since[row] as number, group, rebalancedAt, settings, now: time })
  if (deadline > time) return
  if (isDropped(row)) {
    watch.endWindow(row)
    changed(row)
    return
  }
  const topic = table.topicOf(row).name
  const partition = table.partitions[row] ?? 0
  const owner = ownerOf(group, topic, partition, names)
  const conditions = watch.conditionsOf(row)
  const about = aboutRow(row, table, conditions.numbers)
  conditions.stalled = tell.open('offset-stalled', about, deadline, {
    topic,
    partition,
    offset,
    logEnd,
    lag,
    reason: stallReason(deadline, table.times[row] as number, settings),
    member: owner === null ? null : describe(owner),
  })
  watch.endWindow(row)
  changed(row)
}

/** The log end is not ahead: no window runs, and a stall is over. */
export function endStall({ row, time }: SampledRow, { table, watch, tell, changed }: RowsContext): void {
  if (!Number.isNaN(watch.since[row])) {
    watch.endWindow(row)
    changed(row)
  }
  const conditions = watch.conditions.get(row)
  if (conditions === undefined || conditions.stalled === null) return
  const place = { topic: table.topicOf(row).name, partition: table.partitions[row] ?? 0 }
  tell.close('offset-stalled', conditions.stalled, aboutRow(row, table, conditions.numbers), time, place)
  conditions.stalled = null
  changed(row)
}
