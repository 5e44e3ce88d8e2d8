import { compareText } from '../group/group.ts'
import type { GroupSlot } from '../group/groupSlot.ts'
import type { TopicNames } from '../group/topicNames.ts'
import type { OffsetTable } from '../offsets/table.ts'
import type { GroupLag, RoundContext, RowContext } from './condition.ts'
import type { Anchor } from './conditionEvents.ts'
import { hasOpenLag, needsLag } from './groupConditions.ts'
import { type LagTime, lagTimeOf, noLagTime, worstLagTime } from './lagTime.ts'
import { type LogEnds, OTHER_LIFE, type SampledTopic } from './logEnds.ts'
import { type ConditionSettings, offsetConditions, type SettingsOf } from './settings.ts'
import { DroppedTopics } from './subscribedTopics.ts'
import { TopicLives } from './topicLives.ts'

export interface Round extends RowContext {
  readonly logEnds: LogEnds
  readonly names: TopicNames
  readonly settingsOf: SettingsOf
  /** Of the round, ms. */
  readonly now: number
}

export type SampledLag = GroupLag & {
  /** The newest commit of the group. */
  readonly anchor: Anchor
  /** False where a condition of the group's lag is open and one of its partitions has no sample in the present round. */
  readonly isWhole: boolean
}

/**
 * Evaluates one round of samples against all committed offsets of a partition of `__consumer_offsets`. Nearly every row
 * is either without lag, or behind and moving, which takes a few reads. Returns the lag of the groups that need it.
 */
export function judgeRows({ settingsOf, now, ...given }: Round): Map<GroupSlot, SampledLag> {
  const { table, watch, logEnds, names } = given
  const lags = new Map<GroupSlot, SampledLag>()
  const partial = new Set<GroupSlot>()
  const dropped = new DroppedTopics()
  const isDropped = (row: number) =>
    dropped.isDropped(table.groupOf(row), table.topicOf(row).name, table.positions[row] as number)
  const context: RoundContext = { ...given, names, isDropped, lastCommitOf: lastCommits(table) }
  const lives = new TopicLives(table, logEnds)
  watch.reserve(table.flags.length)
  let sampled: Sampled | null = null
  let isLagging = false
  let isSummed = false
  for (let row = 0; row < table.index.capacity; row++) {
    if (!table.isPresent(row)) continue
    const topic = lives.of(row)
    if (topic === OTHER_LIFE) {
      if (watch.isActive(row)) endRow(row, now, context)
      continue
    }
    const id = topic === null ? -1 : endOf(row, topic, context)
    const slot = table.groups[row] as GroupSlot
    if (sampled === null || sampled.slot !== slot) {
      const settings = settingsOf(slot.name)
      sampled = { slot, settings, row, offset: 0, logStart: 0, logEnd: 0, lag: 0, time: 0, now }
      isLagging = hasOpenLag(slot)
      isSummed = needsLag(slot, settings)
    }
    if (id < 0 && isLagging) partial.add(slot)
    const offset = table.offsets[row] as number
    // Some clients commit a negative offset for "none"; NaN exceeds a safe integer, and any log.
    if (id < 0 || !(offset >= 0)) continue
    const logStart = logEnds.starts[id] as number
    const logEnd = logEnds.ends[id] as number
    const lag = logEnd - (offset < logStart ? logStart : offset)
    if (isSummed) {
      const isCounted = !isDropped(row)
      const lagMs = isCounted ? lagTimeOf(logEnds, id, offset, logEnds.times[id] as number) : noLagTime
      addLag(lags, row, { table, lag: isCounted ? lag : 0, lagMs })
    }
    if (logEnds.rounds[id] !== logEnds.round) {
      if (isLagging) partial.add(slot)
      continue
    }
    sampled.row = row
    sampled.offset = offset
    sampled.logStart = logStart
    sampled.logEnd = logEnd
    sampled.lag = lag
    sampled.time = logEnds.times[id] as number
    for (const condition of offsetConditions) {
      if (condition.mayChange(sampled, watch)) condition.judge(sampled, context)
    }
  }
  for (const slot of partial) {
    const lag = lags.get(slot)
    if (lag !== undefined) lags.set(slot, { ...lag, isWhole: false })
  }
  return lags
}

/** One object for consecutive rows of a group: most rows are checked and left. */
interface Sampled {
  readonly slot: GroupSlot
  readonly settings: ConditionSettings
  row: number
  offset: number
  logStart: number
  logEnd: number
  lag: number
  time: number
  readonly now: number
}

/** When each simple group last committed; computed at most once a round, on demand. */
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

/** The topic of a row is deleted: nothing is reported about it. */
function endRow(row: number, now: number, context: RowContext): void {
  for (const condition of offsetConditions) condition.end(row, now, context)
  context.changed(row)
}

/** The row's id in LogEnds. A partition that was never sampled is looked up again in each round. */
function endOf(row: number, topic: SampledTopic, { table, watch, logEnds }: RoundContext): number {
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

/** Between two equal lags the first by name counts, because the order of rows changes with a restart. */
function isWorse(a: GroupLag['worst'], b: GroupLag['worst']): boolean {
  if (a.lag !== b.lag) return a.lag > b.lag
  return (compareText(a.topic, b.topic) || a.partition - b.partition) < 0
}
