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

/** Everything there is to know about one type of event; the only place where it is written. */
export interface EventDefinition<T extends string = string, F extends Fields = Fields> {
  /** Kebab-case; also the CloudEvents type. */
  readonly type: T
  readonly severity: Severity
  readonly section: Section
  /** False where a configuration has to ask for it. Ordinals are used up all the same, so ids do not depend on it. */
  readonly defaultOn: boolean
  /** When it happens and, as important, when it does not. Markdown. */
  readonly trigger: string
  /** Of an event that ends a condition: the type of the one that opened it. */
  readonly closes: string | null
  readonly data: F
}

interface Description<T extends string, F extends Fields> extends Omit<EventDefinition<T, F>, 'defaultOn' | 'closes'> {
  /** True unless said otherwise. */
  readonly defaultOn?: boolean
  readonly closes?: string
}

export function defineEvent<const T extends string, F extends Fields>(event: Description<T, F>): EventDefinition<T, F> {
  return { defaultOn: true, closes: null, ...event }
}
