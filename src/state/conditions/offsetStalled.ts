import { type Group, keyedBy, type Member } from '../group/group.ts'
import { heldBy } from '../group/holdings.ts'
import type { TopicNames } from '../group/topicNames.ts'
import { isJudgedSimple } from '../offsets/steps.ts'
import { describe, sortedMembers } from '../transition/members.ts'
import type { OffsetCondition, RoundContext, RowContext, SampledRow, TouchedRow, TouchedRows } from './condition.ts'
import type { Open } from './conditionEvents.ts'
import { lagTimeOf } from './lagTime.ts'
import { isOldPace, notePace, type Pace, stallAfter } from './pace.ts'
import { type RebalanceTimeout, rebalanceTimeoutOf } from './rebalanceStuck.ts'
import { closeRow, openRow } from './rows.ts'
import { BEHIND, CONDITIONS, type RowWatch } from './rowWatch.ts'
import { switchedOff, threshold, type Values } from './thresholds.ts'

const thresholds = {
  stallAfterMs: threshold({
    unit: 'ms',
    min: 1,
    default: 60_000,
    text: 'how long the committed offset may stand still while the log end is ahead of it.',
  }),
  stallMinLag: threshold({
    unit: 'records',
    min: 1,
    default: 1,
    text: 'by how many records at least the log end has to be ahead.',
  }),
  stallEmptyGroups: switchedOff('whether it also opens for groups that have had no members all the time.'),
}
type Settings = Values<typeof thresholds> & RebalanceTimeout
export type StallSettings = Values<typeof thresholds>

/** A stall that is open. */
interface OpenStall extends Open {
  /** When the offset last grew; null: before the end of history. Version 1 of the state did not store it. */
  readonly grewAt?: number | null
}

const key = 'stalled'
/** The pace of the offset in the last hour, if it was slow. */
const noteKey = 'pace'

/** A committed offset that stands still while its log has more to read. */
export const offsetStalled = {
  of: 'offset',
  opens: 'offset-stalled',
  shortName: 'stalled',
  key,
  thresholds,
  needs: 'samples',
  noteKey,
  mayChange({ row, lag, settings, time, now }, watch) {
    const active = (watch.active[row] as number) & (BEHIND | CONDITIONS)
    if (active === 0) return lag >= settings.stallMinLag
    // Behind, but not for long: the usual case in a busy cluster.
    const since = watch.since[row] as number
    return active !== BEHIND || lag < settings.stallMinLag || since > now || time - since >= settings.stallAfterMs
  },
  judge,
  settle,
  end(row, now, context) {
    context.watch.endBehind(row)
    context.watch.setNote(row, noteKey, null)
    close(row, now, context)
  },
  isOldNote: (pace, now) => isOldPace(pace as Pace, now),
} as const satisfies OffsetCondition<Settings>

function judge(sampled: SampledRow<Settings>, context: RoundContext): void {
  const { row, settings, lag, time, now } = sampled
  const { watch, changed, isDropped } = context
  const isStalled = watch.openOf(row, key) !== null
  if (lag < settings.stallMinLag || (isStalled && isDropped(row))) {
    if (!Number.isNaN(watch.since[row])) {
      watch.endBehind(row)
      changed(row)
    }
    close(row, time, context)
    return
  }
  if (isStalled) return
  // A time in the future: the clock was set back.
  const isAhead = (watch.since[row] as number) > now
  const isBehind = ((watch.active[row] as number) & BEHIND) !== 0
  if (isBehind && !isAhead) judgeBehind(sampled, context)
  else if (isBehind || (isInUse(sampled, context) && !isDropped(row))) beginBehind(sampled, context)
}

/** The log end is ahead, and was not before, or the offset has grown since. */
function beginBehind({ row, offset, time, now }: SampledRow<Settings>, { table, watch, changed }: RoundContext): void {
  const grewAt = table.lastGrowth(row)
  // A sample that is older than the commit says nothing of the time before it; clocks that differ are not believed beyond now.
  watch.beginBehind(row, Number.isNaN(grewAt) ? time : Math.max(time, Math.min(grewAt, now)), offset)
  changed(row)
}

/** The log end is still ahead: opens when that has been so for long enough, of a topic still in use. */
function judgeBehind(sampled: SampledRow<Settings>, context: RoundContext): void {
  const { row, slot, settings, offset, logEnd, lag, time } = sampled
  const { table, watch, logEnds, names, emit, changed, isDropped } = context
  const { group } = slot
  if (group === null) return
  const rebalancedAt = slot.conditions?.rebalancedAt ?? null
  const afterMs = stallAfter(paceOf(row, watch), time, settings)
  const since = watch.since[row] as number
  const isRebalancing = group.rebalanceStartedAt !== null || (slot.conditions?.classic ?? null) !== null
  const deadline = stallBegin({ since, group, isRebalancing, rebalancedAt, settings, now: time }) + afterMs
  if (deadline > time) return
  if (isDropped(row)) {
    watch.endBehind(row)
    changed(row)
    return
  }
  const grewAt = table.lastGrowth(row)
  openRow(row, key, context, (about, place): OpenStall => {
    const owner = ownerOf(group, place.topic, place.partition, names)
    const open = emit.open('offset-stalled', about, deadline, {
      ...place,
      offset,
      logEnd,
      lag,
      lagMs: lagTimeOf(logEnds, watch.ends[row] as number, offset, time),
      reason: stallReason(deadline, table.times[row] as number, afterMs),
      member: owner === null ? null : describe(owner),
    })
    return { ...open, grewAt: Number.isNaN(grewAt) ? null : grewAt }
  })
}

/**
 * False where no member is expected to read: in a group without members, unless the configuration includes those. A
 * simple group has no members: it is in use while it commits, and so is a partition that is treated like one.
 */
function isInUse({ row, slot, settings, time }: SampledRow<Settings>, { table, lastCommitOf }: RoundContext): boolean {
  if (slot.group === null) return false
  if (settings.stallEmptyGroups) return true
  switch (slot.standing) {
    case 'with-members':
      return true
    case 'simple':
      return lastCommitOf(slot) >= time - settings.stallAfterMs
    case 'without-members':
      return isJudgedSimple(table, row) && (table.times[row] as number) >= time - settings.stallAfterMs
    case 'unknown':
      return false
  }
}

function settle(touched: TouchedRow, context: TouchedRows<Settings>): void {
  const { row, grew, isGone, time } = touched
  if (!grew && !isGone) return
  const { watch, table, changed } = context
  const since = watch.since[row] as number
  if (isGone) watch.setNote(row, noteKey, null)
  else if (!Number.isNaN(since)) {
    // It was behind, and its offset has grown.
    const at = table.times[row] as number
    const pace = paceOf(row, watch)
    const noted = notePace(pace, at - since, at, context.settingsOf(row))
    if (noted !== pace) watch.setNote(row, noteKey, noted)
  }
  watch.endBehind(row)
  changed(row)
  close(row, time, context, touched)
}

function close(row: number, time: number, context: RowContext, touched?: TouchedRow): void {
  // Checked first: nearly always nothing is open, and each commit of a row that was behind comes here.
  if (context.watch.openOf(row, key) === null) return
  closeRow(row, key, { ...context, touched }, (stalled, about, place) => {
    const { grewAt = null } = stalled as OpenStall
    const durationMs = grewAt === null ? null : Math.max(0, time - grewAt)
    context.emit.close('offset-stalled', stalled, about, time, { ...place, durationMs })
  })
}

const noPace: Pace = []

function paceOf(row: number, watch: RowWatch): Pace {
  return (watch.noteOf(row, noteKey) as Pace | null) ?? noPace
}

interface StallWindow {
  /** Time of the sample that first found the log end ahead, without growth of the committed offset since. */
  readonly since: number
  readonly group: Group
  /** A rebalance runs, by records or by samples. */
  readonly isRebalancing: boolean
  /** When the group's last rebalance completed; null: unknown. */
  readonly rebalancedAt: number | null
  readonly settings: RebalanceTimeout
  /** Time of the present sample. */
  readonly now: number
}

/**
 * From when on the time counts after which a partition that is behind is stalled. No member advances while its group
 * rebalances: the time begins again with a rebalance that runs or has completed, but all of them together move it by no
 * more than the rebalance timeout of the members. So a rebalance within its timeout is no stall, and members that crash
 * again and again cannot hide one.
 */
function stallBegin({ since, group, isRebalancing, rebalancedAt, settings, now }: StallWindow): number {
  const latestBegin = since + rebalanceTimeoutOf(group, settings)
  const rebalance = isRebalancing ? now : (rebalancedAt ?? since)
  return Math.max(since, Math.min(rebalance, latestBegin))
}

/**
 * `repeating` where a commit came in the last half of the time: a member reads the same records again and again, or
 * holds the partition without advancing. The last commit of a consumer that fell silent lies before that.
 */
function stallReason(deadline: number, lastCommit: number, afterMs: number): 'repeating' | 'silent' {
  return lastCommit > deadline - afterMs / 2 ? 'repeating' : 'silent'
}

/**
 * The member that holds a partition; null where there is none or the records do not show it (streams members hold
 * tasks).
 */
function ownerOf(group: Group, topic: string, partition: number, names: TopicNames): Member | null {
  const kind = keyedBy(group.type)
  if (kind === 'subtopology') return null
  for (const member of sortedMembers(group)) {
    for (const [key, partitions] of heldBy(member) ?? []) {
      const name = kind === 'topicId' ? names.nameOf(key) : key
      if (name === topic && partitions.includes(partition)) return member
    }
  }
  return null
}
