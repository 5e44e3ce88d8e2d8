import type { GroupSlot } from '../group/groupSlot.ts'
import type { OffsetTable } from '../offsets/table.ts'
import type { Open, Opening } from './tell.ts'

export interface OpenConditionsOptions {
  readonly groups: ReadonlyMap<string, GroupSlot>
  readonly table: Pick<OffsetTable, 'watch' | 'groupOf' | 'topicOf' | 'partitions'>
}

/** A condition that is open. */
export interface OpenCondition {
  readonly group: GroupSlot
  /** The event that opened it. */
  readonly type: Opening
  readonly open: Open
  /** Of a condition of one partition; else null. */
  readonly topic: string | null
  readonly partition: number | null
}

/** The conditions that are open in a partition of `__consumer_offsets`. */
export function* openConditions({ groups, table }: OpenConditionsOptions): Generator<OpenCondition, void, void> {
  for (const group of groups.values()) {
    if (group.conditions === null) continue
    const { stuck, storm, skew, lag, unassigned } = group.conditions
    const ofGroup = { group, topic: null, partition: null }
    if (stuck !== null) yield { ...ofGroup, type: 'rebalance-stuck', open: stuck }
    if (storm.open !== null) yield { ...ofGroup, type: 'rebalance-storm', open: storm.open }
    if (skew.open !== null) yield { ...ofGroup, type: 'assignment-skewed', open: skew.open }
    if (lag.open !== null) yield { ...ofGroup, type: 'lag-exceeded', open: lag.open }
    for (const { topic, partition, open } of unassigned.unowned) {
      if (open !== null) yield { group, type: 'partition-unassigned', open, topic, partition }
    }
  }
  for (const [row, { stalled, outOfRange }] of table.watch?.conditions ?? []) {
    if (stalled === null && outOfRange === null) continue
    const place = { group: table.groupOf(row), topic: table.topicOf(row).name, partition: table.partitions[row] ?? 0 }
    if (stalled !== null) yield { ...place, type: 'offset-stalled', open: stalled }
    if (outOfRange !== null) yield { ...place, type: 'offset-out-of-range', open: outOfRange }
  }
}

/**
 * How many conditions of each kind are open in a partition of `__consumer_offsets` of groups that somebody `wants` to hear
 * of, by the event that opened them.
 */
export function countOpen(options: OpenConditionsOptions, wants: (group: string) => boolean): Record<Opening, number> {
  const counts: Record<Opening, number> = {
    'offset-stalled': 0,
    'lag-exceeded': 0,
    'offset-out-of-range': 0,
    'rebalance-stuck': 0,
    'rebalance-storm': 0,
    'partition-unassigned': 0,
    'assignment-skewed': 0,
  }
  for (const { group, type } of openConditions(options)) if (wants(group.name)) counts[type]++
  return counts
}
