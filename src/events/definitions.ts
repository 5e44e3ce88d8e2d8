import { assignmentBalanced, assignmentSkewed } from './conditions/assignmentSkewed.ts'
import { lagExceeded, lagRecovered } from './conditions/lagExceeded.ts'
import { offsetOutOfRange, offsetRangeRecovered } from './conditions/offsetOutOfRange.ts'
import { offsetResumed, offsetStalled } from './conditions/offsetStalled.ts'
import { partitionAssigned, partitionUnassigned } from './conditions/partitionUnassigned.ts'
import { rebalanceSettled, rebalanceStorm } from './conditions/rebalanceStorm.ts'
import { rebalanceResumed, rebalanceStuck } from './conditions/rebalanceStuck.ts'
import type { EventDefinition } from './definition.ts'
import type { Severity } from './envelope.ts'
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
import type { InferFields } from './schema.ts'

/**
 * Every event type. The order is part of the contract: it ranks the events of one transition, cause before consequence.
 * A type that is removed or renamed breaks the readers of the clean topic.
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

type Definition = (typeof definitions)[number]
export type EventType = Definition['type']
/** The data of an event type. Int64 fields are numbers while safe, else bigints. */
export type EventData<T extends EventType> = {
  [K in EventType]: InferFields<Extract<Definition, { readonly type: K }>['data']>
}[T]

/** In the order of the contract. */
export const eventTypes: readonly EventType[] = definitions.map(definition => definition.type)

/** Types that a configuration has to include explicitly. */
export const offByDefault: ReadonlySet<EventType> = new Set(
  definitions.filter(definition => !definition.defaultOn).map(definition => definition.type),
)

const byType: ReadonlyMap<string, { readonly definition: EventDefinition<EventType>; readonly rank: number }> = new Map(
  definitions.map((definition, rank) => [definition.type, { definition, rank }]),
)

export function isEventType(type: string): type is EventType {
  return byType.has(type)
}

export function definitionOf(type: EventType): EventDefinition<EventType> {
  return entryOf(type).definition
}

export function severityOf(type: EventType): Severity {
  return entryOf(type).definition.severity
}

/** Rank of the type within a transition: lower comes first. */
export function rankOf(type: EventType): number {
  return entryOf(type).rank
}

function entryOf(type: EventType) {
  const entry = byType.get(type)
  if (entry === undefined)
    throw new RangeError(`no event type ${JSON.stringify(type)}; known: ${eventTypes.join(', ')}`)
  return entry
}
