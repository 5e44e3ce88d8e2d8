import { compareText } from '../group/group.ts'
import type { GroupSlot } from '../group/groupSlot.ts'
import { isJudgedSimple } from '../offsets/steps.ts'
import type { OffsetTable } from '../offsets/table.ts'
import { endLife, TopicLives } from './formerLife.ts'
import { judgeRange } from './judgeRange.ts'
import { beginBehind, endStall, judgeStall } from './judgeStall.ts'
import type { GroupLag } from './lagExceeded.ts'
import { type LagTime, lagTimeOf, noLagTime, worstLagTime } from './lagTime.ts'
import { OTHER_LIFE, type SampledTopic } from './logEnds.ts'
import type { RowsContext, SampledRow } from './rows.ts'
import { BEHIND, CONDITIONS, PACED } from './rowWatch.ts'
import type { ConditionSettings } from './settings.ts'
import { DroppedTopics } from './subscribedTopics.ts'
import type { Anchor } from './tell.ts'

export type SampledLag = GroupLag & {
  /** The newest of the group's commits. */
  readonly anchor: Anchor
  /** False where the group's `lag-exceeded` is open and one of its partitions has no sample in the present round. */
  readonly isWhole: boolean
}

/**
 * One round of samples against all committed offsets of a partition of `__consumer_offsets`. Nearly every row is either
 * level with its log, or behind and moving: for those it is a few reads. Gives the lag of the groups that have a threshold.
 */
export function judgeRows(context: RowsContext): Map<GroupSlot, SampledLag> {
  const { table, watch, logEnds, settingsOf, now } = context
  const lags = new Map<GroupSlot, SampledLag>()
  const partial = new Set<GroupSlot>()
  const lastCommitOf = lastCommits(table)
  const dropped = new DroppedTopics()
  const isDropped = (row: number) =>
    dropped.isDropped(table.groupOf(row), table.topicOf(row).name, table.positions[row] as number)
  const lives = new TopicLives(context)
  watch.reserve(table.flags.length)
  let slot: GroupSlot | null = null
  let settings: ConditionSettings | null = null
  for (let row = 0; row < table.index.capacity; row++) {
    if (!table.isPresent(row)) continue
    const offset = table.offsets[row] as number
    const topic = lives.of(row)
    if (topic === OTHER_LIFE) {
      if (watch.isActive(row)) endLife(row, context)
      continue
    }
    const id = topic === null ? -1 : endOf(row, topic, context)
    // A negative offset is what some clients commit when they have none; NaN is beyond what a number holds, and any log.
    const owner = table.groups[row] as GroupSlot
    if (id < 0 && isLagging(owner)) partial.add(owner)
    if (id < 0 || !(offset >= 0)) continue
    if (owner !== slot || settings === null) {
      slot = owner
      settings = settingsOf(owner.name)
    }
    const logStart = logEnds.starts[id] as number
    const logEnd = logEnds.ends[id] as number
    const lag = logEnd - (offset < logStart ? logStart : offset)
    if (settings.lagThreshold !== null || settings.lagTimeThresholdMs !== null || isLagging(owner)) {
      const isCounted = !isDropped(row)
      const lagMs = isCounted ? lagTimeOf(logEnds, id, offset, logEnds.times[id] as number) : noLagTime
      addLag(lags, row, { table, lag: isCounted ? lag : 0, lagMs })
    }
    if (logEnds.rounds[id] !== logEnds.round) {
      if (isLagging(owner)) partial.add(owner)
      continue
    }
    const active = watch.active[row] as number
    const isLevel = lag < settings.stallMinLag
    const isOutside = lag < 0 || offset < logStart
    const alive = active & ~PACED
    if (alive === 0 && isLevel && !isOutside) continue
    const time = logEnds.times[id] as number
    // Behind, and not for long: what most rows of a busy cluster are that are not level.
    const since = watch.since[row] as number
    // A time that has yet to begin: the clock was set back.
    const isAhead = since > now
    if (alive === BEHIND && !isLevel && !isOutside && !isAhead && time - since < settings.stallAfterMs) continue
    const sampled = { row, slot: owner, settings, offset, logStart, logEnd, lag, time }
    if (isOutside || alive >= CONDITIONS) judgeRange(sampled, context)
    const isStalled = watch.isStalled(row)
    if (isLevel || (isStalled && isDropped(row))) endStall(sampled, context)
    else if (isStalled) continue
    else if (isAhead) beginBehind(sampled, context)
    else if ((alive & BEHIND) !== 0) judgeStall(sampled, context, isDropped)
    else if (isInUse(sampled, table, lastCommitOf) && !isDropped(row)) beginBehind(sampled, context)
  }
  for (const slot of partial) {
    const lag = lags.get(slot)
    if (lag !== undefined) lags.set(slot, { ...lag, isWhole: false })
  }
  return lags
}

/**
 * False where nobody is expected to read: in a group without members, unless the configuration asks for those too. A
 * simple group has no members to go by: it is in use while it commits, and so is a partition that is judged as one of it.
 */
function isInUse(
  { row, slot, settings, time }: SampledRow,
  table: OffsetTable,
  lastCommitOf: (slot: GroupSlot) => number,
): boolean {
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

/** When each simple group last committed anything; found out once a round, and only if somebody asks. */
function lastCommits(table: OffsetTable): (slot: GroupSlot) => number {
  let found: Map<GroupSlot, number> | null = null
  return wanted => {
    if (found === null) {
      found = new Map()
      for (let row = 0; row < table.index.capacity; row++) {
        if (!table.isPresent(row)) continue
        const slot = table.groups[row] as GroupSlot
        if (slot.group?.type !== 'simple') continue
        found.set(slot, Math.max(found.get(slot) ?? Number.NEGATIVE_INFINITY, table.times[row] as number))
      }
    }
    return found.get(wanted) ?? Number.NEGATIVE_INFINITY
  }
}

function isLagging({ conditions }: GroupSlot): boolean {
  return conditions !== null && conditions.lag.open !== null
}

/** The row's id in LogEnds. A partition that was never sampled is looked up again with each round. */
function endOf(row: number, topic: SampledTopic, { table, watch, logEnds }: RowsContext): number {
  const known = watch.ends[row] as number
  if (known >= 0 && logEnds.isOf(known, topic)) return known
  const id = logEnds.idOf(topic, table.partitions[row] as number)
  watch.ends[row] = id
  return id
}

interface RowLag {
  readonly table: OffsetTable
  readonly lag: number
  readonly lagMs: LagTime | null
}

function addLag(lags: Map<GroupSlot, SampledLag>, row: number, { table, lag: ahead, lagMs }: RowLag): void {
  const slot = table.groupOf(row)
  const lag = Math.max(0, ahead)
  const before = lags.get(slot)
  const offset = table.positions[row] ?? 0
  const anchor = before !== undefined && before.anchor.offset > offset ? before.anchor : null
  const own = { topic: table.topicOf(row).name, partition: table.partitions[row] ?? 0, lag }
  const worst = before === undefined || isWorse(own, before.worst) ? own : before.worst
  lags.set(slot, {
    lag: (before?.lag ?? 0) + lag,
    lagMs: before === undefined ? lagMs : worstLagTime(before.lagMs, lagMs),
    worst,
    anchor: anchor ?? { offset, timestamp: table.times[row] ?? 0 },
    isWhole: true,
  })
}

/** Of two that are as far behind, the one that comes first by name: the order of rows is another after a restart. */
function isWorse(a: GroupLag['worst'], b: GroupLag['worst']): boolean {
  if (a.lag !== b.lag) return a.lag > b.lag
  return (compareText(a.topic, b.topic) || a.partition - b.partition) < 0
}
