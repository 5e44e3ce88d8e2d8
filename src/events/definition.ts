import type { Severity } from './envelope.ts'
import type { Fields } from './schema.ts'

export const sections = [
  'Life of a group',
  'Members',
  'Rebalances',
  'Offsets',
  'Conditions over time',
  'About koff itself',
] as const
type Section = (typeof sections)[number]

/** The definition of one event type, from which everything else is derived. */
export interface EventDefinition<
  T extends string = string,
  F extends Fields = Fields,
  C extends string | null = string | null,
> {
  /** Kebab-case; also the CloudEvents type. */
  readonly type: T
  readonly severity: Severity
  readonly section: Section
  /**
   * False for a type that is off by default. Its ordinals are used all the same, so ids do not depend on the
   * configuration.
   */
  readonly defaultOn: boolean
  /** When it happens and when it does not. Markdown. */
  readonly trigger: string
  /** For an event that ends a condition: the type that opened it. */
  readonly closes: C
  readonly data: F
}

interface Description<T extends string, F extends Fields, C extends string | null>
  extends Omit<EventDefinition<T, F>, 'defaultOn' | 'closes'> {
  /** True unless given. */
  readonly defaultOn?: boolean
  readonly closes?: C
}

export function defineEvent<const T extends string, F extends Fields, const C extends string | null = null>(
  event: Description<T, F, C>,
): EventDefinition<T, F, C> {
  return { defaultOn: true, closes: null as C, ...event }
}
