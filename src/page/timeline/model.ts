import type { OwnerAnswer, TimelineAnswer } from '../../web/api/answers.ts'
import { type LaneData, laneDataOf, type PackedInterval } from '../lanes/laneData.ts'
import type { Span } from '../lanes/marks.ts'
import { type MarkRow, markRows } from './marks.ts'

/** What the picture of a group is drawn from. */
export interface TimelineModel {
  readonly partitions: LaneData
  readonly partitionNames: readonly string[]
  readonly lanes: TimelineAnswer['lanes']
  readonly owners: readonly OwnerAnswer[]
  readonly members: LaneData
  /** The owner that each lane of members is the life of. */
  readonly memberOwners: readonly number[]
  readonly rows: readonly MarkRow[]
  readonly rebalanceTimes: readonly number[]
  readonly rebalances: TimelineAnswer['rebalances']
  /** Times in which the group has no members. */
  readonly absences: readonly Span[]
  /** The end of what goes on. */
  readonly until: number
}

export function modelOf(answer: TimelineAnswer, until: number): TimelineModel {
  const { lanes, owners, members, rebalances, conditions, flags } = answer
  const end = Math.min(until, deletedAt(flags) ?? until)
  const sorted = [...lanes].sort(
    (a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : 0) || a.partition - b.partition,
  )
  const lives = livesOf(members)
  return {
    partitions: laneDataOf(
      sorted.map(({ intervals }) => intervals),
      end,
    ),
    partitionNames: sorted.map(({ topic, partition }) => `${topic}-${partition}`),
    lanes: sorted,
    owners,
    members: withoutGaps(
      laneDataOf(
        lives.map(({ intervals }) => intervals),
        until,
      ),
    ),
    memberOwners: lives.map(({ owner }) => owner),
    rows: markRows({ rebalances, conditions, flags, until }),
    rebalanceTimes: rebalances.map(({ time }) => time).sort((a, b) => a - b),
    rebalances,
    absences: absencesOf(members, end),
    until,
  }
}

/** Since when the group is gone; null: it is there, or nothing is known of its end. */
function deletedAt(flags: TimelineAnswer['flags']): number | null {
  const last = flags.findLast(({ type }) => type === 'group-deleted' || type === 'group-created')
  return last?.type === 'group-deleted' ? last.time : null
}

/** What lies between the lives of members, and after the last one. */
function absencesOf(members: TimelineAnswer['members'], until: number): readonly Span[] {
  const absences: Span[] = []
  let end = Number.NEGATIVE_INFINITY
  for (const { from, to } of [...members].sort((a, b) => a.from - b.from)) {
    if (Number.isFinite(end) && from > end) absences.push({ from: end, to: from })
    end = Math.max(end, to ?? until)
  }
  if (Number.isFinite(end) && end < until) absences.push({ from: end, to: until })
  return absences
}

export function isAbsent({ absences }: Pick<TimelineModel, 'absences'>, from: number): boolean {
  return absences.some(span => from >= span.from && from < span.to)
}

interface Life {
  readonly owner: number
  readonly intervals: PackedInterval[]
}

/** A lane for each owner, the one that came first on top; a static member comes back into its own. */
function livesOf(members: TimelineAnswer['members']): readonly Life[] {
  const lives = new Map<number, Life>()
  for (const { owner, from, to } of [...members].sort((a, b) => a.from - b.from)) {
    const life = lives.get(owner) ?? { owner, intervals: [] }
    life.intervals.push([from, to, owner])
    lives.set(owner, life)
  }
  return [...lives.values()]
}

/** The time after a member's life is no gap. */
function withoutGaps(data: LaneData): LaneData {
  return { ...data, lives: data.lives.map(() => [0, 0] as const) }
}
