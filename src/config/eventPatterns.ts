import { z } from 'zod'
import { type EventType, eventTypes, offByDefault } from '../events/definitions.ts'
import { matchesGlob } from './glob.ts'
import { suggestion } from './nearest.ts'

/** Names of event types, patterns of them (`offset-*`), or `default`: all but those that are off by default. */
export const eventPatterns = z.array(
  z.string().superRefine((pattern, context) => {
    const fault = checkEventPattern(pattern)
    if (fault !== undefined) context.addIssue(fault)
  }),
)

/** What is wrong with a pattern that names no type; undefined if it names one. */
export function checkEventPattern(pattern: string): string | undefined {
  if (matching(pattern).length > 0) return undefined
  return `no event type is called ${JSON.stringify(pattern)}; ${suggestion(pattern, ['default', ...eventTypes])}`
}

/** The types that are on: what `include` names, less what `exclude` names. */
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
