import { assignmentBalanced, assignmentSkewed } from './conditions/assignmentSkewed.ts'
import { lagExceeded, lagRecovered } from './conditions/lagExceeded.ts'
import { offsetAtRisk, offsetSafe } from './conditions/offsetAtRisk.ts'
import { offsetOutOfRange, offsetRangeRecovered } from './conditions/offsetOutOfRange.ts'
import { offsetResumed, offsetStalled } from './conditions/offsetStalled.ts'
import { partitionAssigned, partitionUnassigned } from './conditions/partitionUnassigned.ts'
import { rebalanceSettled, rebalanceStorm } from './conditions/rebalanceStorm.ts'
import { rebalanceResumed, rebalanceStuck } from './conditions/rebalanceStuck.ts'
import { koffCaughtUp } from './koff/koffCaughtUp.ts'
import { koffHeartbeat } from './koff/koffHeartbeat.ts'
import { koffUndecodable } from './koff/koffUndecodable.ts'
import { groupCreated } from './life/groupCreated.ts'
import { groupDeleted } from './life/groupDeleted.ts'
import { groupEmptied } from './life/groupEmptied.ts'
import { groupMigrated } from './life/groupMigrated.ts'
import { groupRevived } from './life/groupRevived.ts'
import { groupSnapshot } from './life/groupSnapshot.ts'
import { memberChanged } from './members/memberChanged.ts'
import { memberJoined } from './members/memberJoined.ts'
import { memberLeft } from './members/memberLeft.ts'
import { memberReplaced } from './members/memberReplaced.ts'
import { memberSuspended } from './members/memberSuspended.ts'
import { offsetCommitted } from './offsets/offsetCommitted.ts'
import { offsetDeleted } from './offsets/offsetDeleted.ts'
import { offsetReset } from './offsets/offsetReset.ts'
import { offsetRewound } from './offsets/offsetRewound.ts'
import { topicRecreated } from './offsets/topicRecreated.ts'
import { assignorChanged } from './rebalances/assignorChanged.ts'
import { leaderChanged } from './rebalances/leaderChanged.ts'
import { rebalance } from './rebalances/rebalance.ts'
import { rebalanceStarted } from './rebalances/rebalanceStarted.ts'

/**
 * Every event type. The types of TypeScript, the schemas and docs/events.md are derived from this list. The order is part of
 * the contract: it ranks the events of one transition, cause before consequence. The event that closes a condition comes
 * right after the one that opens it. A type that is removed or renamed breaks the readers of the clean topic.
 */
export const definitions = [
  groupSnapshot,
  groupCreated,
  groupMigrated,
  groupRevived,

  memberLeft,
  memberSuspended,
  memberReplaced,
  memberChanged,
  memberJoined,

  rebalanceStarted,
  rebalance,
  assignorChanged,
  leaderChanged,

  offsetCommitted,
  offsetRewound,
  offsetReset,
  offsetDeleted,
  topicRecreated,

  groupEmptied,
  groupDeleted,

  offsetStalled,
  offsetResumed,
  lagExceeded,
  lagRecovered,
  offsetAtRisk,
  offsetSafe,
  offsetOutOfRange,
  offsetRangeRecovered,
  rebalanceStuck,
  rebalanceResumed,
  rebalanceStorm,
  rebalanceSettled,
  partitionUnassigned,
  partitionAssigned,
  assignmentSkewed,
  assignmentBalanced,

  koffCaughtUp,
  koffUndecodable,
  koffHeartbeat,
] as const
