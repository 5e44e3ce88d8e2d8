import { describe } from '../transition/members.ts'
import { lagTimeOf } from './lagTime.ts'
import { ownerOf, stallBegin, stallReason } from './offsetStalled.ts'
import { stallAfter } from './pace.ts'
import { aboutRow, type RowsContext, type SampledRow } from './rows.ts'
import type { OpenStall } from './rowWatch.ts'
import type { About, Teller } from './tell.ts'

/** The log end is ahead, and was not, or the offset has grown since. */
export function beginBehind({ row, offset, time }: SampledRow, { table, watch, now, changed }: RowsContext): void {
  const grewAt = table.lastGrowth(row)
  // A sample that is older than the commit says nothing of the time before it; clocks that differ are not believed beyond now.
  watch.beginBehind(row, Number.isNaN(grewAt) ? time : Math.max(time, Math.min(grewAt, now)), offset)
  changed(row)
}

/** The log end is still ahead: opens `offset-stalled` when that has been so for long enough, of a topic still in use. */
export function judgeStall(
  { row, slot, settings, offset, logEnd, lag, time }: SampledRow,
  context: RowsContext,
  isDropped: (row: number) => boolean,
): void {
  const { table, watch, names, logEnds, tell, changed } = context
  const { group } = slot
  if (group === null) return
  const rebalancedAt = slot.conditions?.rebalancedAt ?? null
  const afterMs = stallAfter(watch.paces.get(row), time, settings)
  const since = watch.since[row] as number
  const isRebalancing = group.rebalanceStartedAt !== null || (slot.conditions?.classic ?? null) !== null
  const deadline = stallBegin({ since, group, isRebalancing, rebalancedAt, settings, now: time }) + afterMs
  if (deadline > time) return
  if (isDropped(row)) {
    watch.endBehind(row)
    changed(row)
    return
  }
  const topic = table.topicOf(row).name
  const partition = table.partitions[row] ?? 0
  const owner = ownerOf(group, topic, partition, names)
  const conditions = watch.conditionsOf(row)
  const about = aboutRow(row, table, conditions.numbers)
  const grewAt = table.lastGrowth(row)
  const open = tell.open('offset-stalled', about, deadline, {
    topic,
    partition,
    offset,
    logEnd,
    lag,
    lagMs: lagTimeOf(logEnds, watch.ends[row] as number, offset, time),
    reason: stallReason(deadline, table.times[row] as number, afterMs),
    member: owner === null ? null : describe(owner),
  })
  conditions.stalled = { ...open, grewAt: Number.isNaN(grewAt) ? null : grewAt }
  changed(row)
}

/** The log end is not ahead, or nobody in the group wants the topic any more: a stall is over. */
export function endStall({ row, time }: SampledRow, { table, watch, tell, changed }: RowsContext): void {
  if (!Number.isNaN(watch.since[row])) {
    watch.endBehind(row)
    changed(row)
  }
  const conditions = watch.conditions.get(row)
  if (conditions === undefined || conditions.stalled === null) return
  const place = { topic: table.topicOf(row).name, partition: table.partitions[row] ?? 0 }
  closeStall(conditions.stalled, { tell, about: aboutRow(row, table, conditions.numbers), time, place })
  conditions.stalled = null
  changed(row)
}

interface Closing {
  readonly tell: Teller
  readonly about: About
  readonly time: number
  readonly place: { readonly topic: string; readonly partition: number }
}

export function closeStall(stalled: OpenStall, { tell, about, time, place }: Closing): void {
  const { grewAt } = stalled
  const durationMs = grewAt === null ? null : Math.max(0, time - grewAt)
  tell.close('offset-stalled', stalled, about, time, { ...place, durationMs })
}
