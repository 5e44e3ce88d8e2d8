import type { GroupSlot } from '../groupSlot.ts'
import type { RowWatch } from './rowWatch.ts'
import type { Opening } from './tell.ts'

export interface OpenCountOptions {
  readonly groups: ReadonlyMap<string, Pick<GroupSlot, 'conditions'>>
  /** Null where nothing was sampled yet. */
  readonly watch: Pick<RowWatch, 'conditions'> | null
}

/** How many conditions of each kind are open in a partition of `__consumer_offsets`, by the event that opened them. */
export function countOpen({ groups, watch }: OpenCountOptions): Record<Opening, number> {
  const counts: Record<Opening, number> = {
    'offset-stalled': 0,
    'lag-exceeded': 0,
    'offset-out-of-range': 0,
    'rebalance-stuck': 0,
    'rebalance-storm': 0,
    'partition-unassigned': 0,
    'assignment-skewed': 0,
  }
  for (const { conditions } of groups.values()) {
    if (conditions === null) continue
    const { stuck, storm, skew, lag, unassigned } = conditions
    if (stuck !== null) counts['rebalance-stuck']++
    if (storm.open !== null) counts['rebalance-storm']++
    if (skew.open !== null) counts['assignment-skewed']++
    if (lag.open !== null) counts['lag-exceeded']++
    for (const { open } of unassigned.unowned) if (open !== null) counts['partition-unassigned']++
  }
  for (const { stalled, outOfRange } of watch?.conditions.values() ?? []) {
    if (stalled !== null) counts['offset-stalled']++
    if (outOfRange !== null) counts['offset-out-of-range']++
  }
  return counts
}
