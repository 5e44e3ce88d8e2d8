import { type Group, isReadable, memberCount } from '../group/group.ts'
import type { GroupSlot } from '../group/groupSlot.ts'
import { noSkew, type Skew } from './assignmentSkewed.ts'
import type { ClassicDuration, ClassicRebalance } from './classicRebalance.ts'
import { type LagState, noLag } from './lagExceeded.ts'
import { allAssigned, type Unassigned, unassignedDeadline } from './partitionUnassigned.ts'
import { noStorm, type Storm, stormEnd } from './rebalanceStorm.ts'
import { isRebalancing, stuckDeadline } from './rebalanceStuck.ts'
import type { ConditionSettings } from './settings.ts'
import type { Anchor, Numbers, Open } from './tell.ts'

/** What a group's own conditions are judged by, and those that are open. */
export interface GroupConditions {
  /** The last record about the group itself; null: none was seen. */
  anchor: Anchor | null
  /** When the last rebalance completed; null: not seen. */
  rebalancedAt: number | null
  /** Log position of the record that completed it; null: not seen. */
  rebalancedOffset: number | null
  /** The rebalance of a classic group that runs; null: samples show none. */
  classic: ClassicRebalance | null
  /** How long the last one took that completed; null: none was seen, or the group is not classic. */
  classicDuration: ClassicDuration | null
  storm: Storm
  stuck: Open | null
  skew: Skew
  unassigned: Unassigned
  lag: LagState
  readonly numbers: Numbers
}

export function newGroupConditions(): GroupConditions {
  return {
    anchor: null,
    rebalancedAt: null,
    rebalancedOffset: null,
    classic: null,
    classicDuration: null,
    storm: noStorm,
    stuck: null,
    skew: noSkew,
    unassigned: allAssigned,
    lag: noLag,
    numbers: new Map(),
  }
}

/**
 * What conditions know of a group at the end of history: a function of its last records. The assignment of a settled group
 * has yet to be judged; storms, and when the last rebalance completed, are forgotten.
 */
export function conditionsAfterHistory(group: Group | null): GroupConditions | null {
  if (group === null || group.type === 'simple') return null
  const isSettled = memberCount(group) > 0 && group.settledEpoch !== null
  const judgeAt = isSettled ? (group.metadataAt?.timestamp ?? null) : null
  return { ...newGroupConditions(), anchor: group.metadataAt, skew: { ...noSkew, judgeAt } }
}

/** The next time at which something of the group comes true without a record; Infinity: never. */
export function deadlineOf({ group, conditions }: GroupSlot, settings: ConditionSettings): number {
  const stuck = conditions?.stuck ? Number.POSITIVE_INFINITY : stuckDeadline(group, settings)
  if (conditions === null) return stuck
  const storm = stormEnd(conditions.storm, settings)
  // Assignments are judged when they are complete and can be read.
  if (group === null || isRebalancing(group) || !isReadable(group)) return Math.min(stuck, storm)
  const skew = conditions.skew.judgeAt ?? Number.POSITIVE_INFINITY
  return Math.min(stuck, storm, skew, unassignedDeadline(conditions.unassigned, settings))
}
