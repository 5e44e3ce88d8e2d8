import { withInt64 } from '../coordinator/jsonValue.ts'
import type { KoffEvent } from './envelope.ts'

/**
 * One envelope as one line of JSON, with its line feed; `data` is not wrapped. An int64 is a number while every JSON
 * reader reads it exactly, else a decimal string.
 */
export function eventLine(event: KoffEvent): string {
  return `${eventJson(event)}\n`
}

/** As `eventLine`, without the line feed. */
export function eventJson(event: KoffEvent): string {
  return JSON.stringify(event, withInt64)
}
