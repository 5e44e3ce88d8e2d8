import { z } from 'zod'
import { suggestion } from '../base/nearest.ts'
import { type EventType, eventTypes, offByDefault, severityOf } from '../events/definitions.ts'
import { type Severity, severities } from '../events/envelope.ts'
import { matchesGlob } from './glob.ts'
import { listed } from './values/values.ts'

/** Names of event types, patterns of them (`offset-*`), or `default`: all types that are on by default. */
export const eventPatterns = z.array(
  z
    .string()
    .superRefine((pattern, context) => {
      const fault = checkEventPattern(pattern)
      if (fault !== undefined) context.addIssue(fault)
    })
    // For completion in editors.
    .meta({ examples: ['default', ...eventTypes] }),
)

/** Why a pattern names no type; undefined if it names one. */
function checkEventPattern(pattern: string): string | undefined {
  if (matching(pattern).length > 0) return undefined
  return `unknown event type ${JSON.stringify(pattern)}; ${suggestion(pattern, ['default', ...eventTypes])}`
}

const selectors = ['default', ...severities, ...eventTypes]

/**
 * Selects events: a type, a pattern of types (`offset-*`), a severity for all types that have it, or `default` for all
 * types that are on by default.
 */
export type EventSelector = EventType | Severity | 'default' | `${string}*${string}`

const selectorList = z
  .array(
    z
      .string()
      .superRefine((selector, context) => {
        const fault = checkSelector(selector)
        if (fault !== undefined) context.addIssue(fault)
      })
      .meta({ examples: selectors }),
  )
  .min(1)

/** The events of a pipeline: one selector, or a list of them. */
export const eventSelectors = z
  .preprocess<unknown, typeof selectorList, EventSelector | readonly EventSelector[]>(listed, selectorList)
  .meta({ type: ['array', 'string'] })

/** Why a selector selects no type; undefined if it selects one. */
export function checkSelector(selector: string): string | undefined {
  if (selecting(selector).length > 0) return undefined
  return `unknown event type or severity ${JSON.stringify(selector)}; ${suggestion(selector, selectors)}`
}

/** The types that `eventSelectors` select. */
export function typesSelected(selectors: readonly string[]): Set<EventType> {
  return new Set(selectors.flatMap(selecting))
}

function selecting(selector: string): EventType[] {
  const ofSeverity = eventTypes.filter(type => severityOf(type) === selector)
  return ofSeverity.length > 0 ? ofSeverity : matching(selector)
}

/** The types that are on: those of `include` without those of `exclude`. */
export function selectedEvents(events: {
  readonly include: readonly string[]
  readonly exclude: readonly string[]
}): Set<EventType> {
  const selected = new Set(events.include.flatMap(matching))
  for (const type of events.exclude.flatMap(matching)) selected.delete(type)
  return selected
}

function matching(pattern: string): EventType[] {
  if (pattern === 'default') return eventTypes.filter(type => !offByDefault.has(type))
  return eventTypes.filter(type => matchesGlob(pattern, type))
}
