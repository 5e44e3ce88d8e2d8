import { withInt64 } from '../coordinator/jsonValue.ts'
import type { KoffEvent } from './envelope.ts'

/**
 * One envelope as one line of JSON, with its line feed; `data` unwrapped.
 * An int64 is a number while every JSON reader keeps it exact, else a decimal string.
 */
export function eventLine(event: KoffEvent): string {
  return `${eventJson(event)}\n`
}

/** As a line, without its line feed. */
export function eventJson(event: KoffEvent): string {
  return JSON.stringify(event, withInt64)
}
