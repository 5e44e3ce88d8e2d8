import type { Group } from '../group/group.ts'
import type { GroupSlot } from '../group/groupSlot.ts'
import type { ClassicDuration, ClassicRebalance } from './classicRebalance.ts'
import type { Anchor, Numbers } from './conditionEvents.ts'
import { type ConditionSettings, groupConditions } from './settings.ts'

/** The notes and open conditions of a group. */
export interface GroupConditions {
  /** The last record about the group itself; null: none. */
  anchor: Anchor | null
  /** When the last rebalance completed; null: unknown. */
  rebalancedAt: number | null
  /** Log position of the record that completed it; null: unknown. */
  rebalancedOffset: number | null
  /** The rebalance of a classic group that runs; null: samples show none. */
  classic: ClassicRebalance | null
  /** How long the last one took that completed; null: none was seen, or the group is not classic. */
  classicDuration: ClassicDuration | null
  /** The state of each condition, by its key. */
  readonly states: Record<string, unknown>
  readonly numbers: Numbers
}

const lagConditions = groupConditions.filter(({ judgeLag }) => judgeLag !== undefined)

export function newGroupConditions(): GroupConditions {
  const states: Record<string, unknown> = {}
  for (const { key, initial } of groupConditions) states[key] = initial
  const facts = { anchor: null, rebalancedAt: null, rebalancedOffset: null, classic: null, classicDuration: null }
  return { ...facts, states, numbers: new Map() }
}

/**
 * What conditions know of a group at the end of history: a function of its last records. When the last rebalance completed
 * is forgotten.
 */
export function conditionsAfterHistory(group: Group | null): GroupConditions | null {
  if (group === null || group.type === 'simple') return null
  const conditions = newGroupConditions()
  conditions.anchor = group.metadataAt
  for (const { key, afterHistory } of groupConditions) {
    if (afterHistory !== undefined) conditions.states[key] = afterHistory(group)
  }
  return conditions
}

/** The next time at which something of the group comes true without a record; Infinity: never. */
export function deadlineOf({ group, conditions }: GroupSlot, settings: ConditionSettings): number {
  let next = Number.POSITIVE_INFINITY
  for (const { key, initial, deadline } of groupConditions) {
    if (deadline === undefined) continue
    next = Math.min(next, deadline(conditions === null ? initial : conditions.states[key], group, settings))
  }
  return next
}

/** Whether a condition of the group's lag is open. */
export function hasOpenLag({ conditions }: GroupSlot): boolean {
  if (conditions === null) return false
  for (const { key, openIn } of lagConditions) for (const _open of openIn(conditions.states[key])) return true
  return false
}

/** Whether the group's lag has to be summed up. */
export function needsLag({ conditions }: GroupSlot, settings: ConditionSettings): boolean {
  return lagConditions.some(({ key, initial, needsLag: needs }) => {
    return needs?.(conditions === null ? initial : conditions.states[key], settings) === true
  })
}
