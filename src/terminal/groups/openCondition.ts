import { type OpeningType, severityOf } from '../../events/definitions.ts'
import type { Severity } from '../../events/envelope.ts'
import { allConditions } from '../../state/conditions/settings.ts'

/** A condition that is open, as far as people see it. */
export interface ShownCondition {
  readonly group: string
  readonly type: OpeningType
  /** ms */
  readonly since: number
  readonly topic: string | null
  readonly partition: number | null
}

const shortNames = new Map(allConditions.map(({ opens, shortName }) => [opens, shortName]))

/** `offset-stalled ×3, rebalance-storm`, the worst first; `short`: `stalled ×3, storm`. */
export function conditionsText(conditions: readonly ShownCondition[], short: 'short' | 'whole' = 'whole'): string {
  const byType = [...Map.groupBy(conditions, ({ type }) => type)].sort(([a], [b]) => weightOf(b) - weightOf(a))
  return byType
    .map(([type, { length }]) => `${short === 'short' ? shortNames.get(type) : type}${length > 1 ? `×${length}` : ''}`)
    .join(', ')
}

export function worstSeverity(conditions: readonly ShownCondition[]): Severity {
  return Math.max(0, ...conditions.map(({ type }) => weightOf(type))) >= 2 ? 'error' : 'warn'
}

export function weightOf(type: OpeningType): number {
  return severityOf(type) === 'error' ? 2 : 1
}
