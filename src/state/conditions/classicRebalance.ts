import type { Group } from '../group/group.ts'
import type { GroupStateInput } from '../input.ts'
import type { Draft } from '../transition/draft.ts'
import type { About, ConditionEvents } from './conditionEvents.ts'

/** The states of a classic group during a rebalance. They are only in the coordinator's memory; no record has them. */
export const rebalancingStates = ['PreparingRebalance', 'CompletingRebalance'] as const
export type RebalancingState = (typeof rebalancingStates)[number]

/** A rebalance of a classic group that a sample showed, and that has not ended. */
export interface ClassicRebalance {
  /** Its last sampled state. */
  readonly state: RebalancingState
  /** When a sample first showed it, ms. */
  readonly seenAt: number
  /** It began after that time, ms; null: unknown. */
  readonly after: number | null
}

/**
 * How long the last rebalance of a classic group took, as far as samples can tell. Where the coordinator moved meanwhile and
 * the members had to begin again, it counts from the first start.
 */
export interface ClassicDuration {
  /** Time of the record that completed it, ms. */
  readonly completedAt: number
  readonly minMs: number
  /** Null: unknown. */
  readonly maxMs: number | null
}

export interface StateContext {
  readonly group: Group
  /** When the coordinators last listed the groups before this sample and this one did not rebalance, ms; null: unknown. */
  readonly listedAt: number | null
  readonly about: About
  readonly emit: ConditionEvents
}

/** A sample says nothing of a group whose records koff had not read when it was taken, nor of one without members. */
export function saysSomethingOf(group: Group | null, { position }: GroupStateInput): group is Group {
  if (group === null || group.type !== 'classic' || group.members.described === 0) return false
  return group.metadataAt !== null && group.metadataAt.offset < position
}

/**
 * `rebalance-started` of a classic group, by a sample of its state. A state other than `Stable` or one of a rebalance says
 * nothing: an answer that has the group in no state is no answer about it.
 */
export function noteState(
  before: ClassicRebalance | null,
  { state, timestamp }: GroupStateInput,
  { group, listedAt, about, emit }: StateContext,
): ClassicRebalance | null {
  if (!isRebalancingState(state)) return state === 'Stable' ? null : before
  if (before !== null) return before.state === state ? before : { ...before, state }
  emit.add('rebalance-started', about, timestamp, { epochBefore: group.epoch, epochAfter: null, seenBy: 'sample' })
  return { state, seenAt: timestamp, after: startsAfter(group, listedAt) }
}

/** Whether a sample shows the group in a rebalance. */
export function isRebalancing({ state }: GroupStateInput): boolean {
  return isRebalancingState(state)
}

function isRebalancingState(state: string): state is RebalancingState {
  return rebalancingStates.some(known => known === state)
}

/** A rebalance begins after the record that completed the previous one, and after a sample that did not show it. */
function startsAfter({ metadataAt }: Group, listedAt: number | null): number | null {
  const times = [metadataAt?.timestamp ?? null, listedAt].filter(time => time !== null)
  return times.length === 0 ? null : Math.max(...times)
}

export interface CompletedContext {
  readonly before: Group | null
  readonly classic: ClassicRebalance | null
  readonly listedAt: number | null
}

/**
 * The duration of the rebalance that these events of a transition complete; null: no sample. Undefined: they complete
 * no rebalance of a classic group.
 */
export function classicDuration(
  drafts: readonly Draft[],
  { before, classic, listedAt }: CompletedContext,
): ClassicDuration | null | undefined {
  const completed = drafts.find(({ type, groupType }) => type === 'rebalance' && groupType === 'classic')
  if (completed === undefined) return undefined
  const { time } = completed
  const since = (start: number) => Math.max(0, time - start)
  if (classic !== null) {
    const { seenAt, after } = classic
    return { completedAt: time, minMs: since(seenAt), maxMs: after === null ? null : since(after) }
  }
  if (listedAt === null) return null
  // No state is sampled for a group without members.
  const isSampled = before !== null && before.type === 'classic' && before.members.described > 0
  const after = isSampled ? startsAfter(before, listedAt) : null
  return { completedAt: time, minMs: 0, maxMs: after === null ? null : since(after) }
}

/** True where these events of a transition end the rebalance that runs. */
export function endsRebalance(drafts: readonly Draft[]): boolean {
  return drafts.some(({ type }) => type === 'rebalance' || type === 'group-migrated' || type === 'group-emptied')
}
