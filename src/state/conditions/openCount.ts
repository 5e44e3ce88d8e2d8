import type { GroupSlot } from '../group/groupSlot.ts'
import type { OffsetTable } from '../offsets/table.ts'
import type { Opening } from './tell.ts'

export interface OpenCountOptions {
  readonly groups: ReadonlyMap<string, GroupSlot>
  readonly table: Pick<OffsetTable, 'watch' | 'groupOf'>
}

/**
 * How many conditions of each kind are open in a partition of `__consumer_offsets` of groups that somebody `wants` to hear
 * of, by the event that opened them.
 */
export function countOpen(
  { groups, table }: OpenCountOptions,
  wants: (group: string) => boolean,
): Record<Opening, number> {
  const counts: Record<Opening, number> = {
    'offset-stalled': 0,
    'lag-exceeded': 0,
    'offset-out-of-range': 0,
    'rebalance-stuck': 0,
    'rebalance-storm': 0,
    'partition-unassigned': 0,
    'assignment-skewed': 0,
  }
  for (const { name, conditions } of groups.values()) {
    if (conditions === null || !wants(name)) continue
    const { stuck, storm, skew, lag, unassigned } = conditions
    if (stuck !== null) counts['rebalance-stuck']++
    if (storm.open !== null) counts['rebalance-storm']++
    if (skew.open !== null) counts['assignment-skewed']++
    if (lag.open !== null) counts['lag-exceeded']++
    for (const { open } of unassigned.unowned) if (open !== null) counts['partition-unassigned']++
  }
  for (const [row, { stalled, outOfRange }] of table.watch?.conditions ?? []) {
    if (!wants(table.groupOf(row).name)) continue
    if (stalled !== null) counts['offset-stalled']++
    if (outOfRange !== null) counts['offset-out-of-range']++
  }
  return counts
}
