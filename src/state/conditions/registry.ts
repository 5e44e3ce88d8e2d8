import { assignmentSkewed } from './assignmentSkewed.ts'
import { lagExceeded } from './lagExceeded.ts'
import { offsetAtRisk } from './offsetAtRisk.ts'
import { offsetOutOfRange } from './offsetOutOfRange.ts'
import { offsetStalled } from './offsetStalled.ts'
import { partitionUnassigned } from './partitionUnassigned.ts'
import { rebalanceStorm } from './rebalanceStorm.ts'
import { rebalanceStuck } from './rebalanceStuck.ts'
import { shareStalled } from './shareStalled.ts'

/**
 * Every condition over time. The settings and their defaults, the schema of the section `conditions`, the tables in the
 * docs, what is stored, and what is judged when are derived from this list.
 */
export const conditions = [
  offsetStalled,
  shareStalled,
  lagExceeded,
  offsetAtRisk,
  offsetOutOfRange,
  rebalanceStuck,
  rebalanceStorm,
  partitionUnassigned,
  assignmentSkewed,
] as const
