import type { KoffEvent } from '../events/envelope.ts'
import { storedEvent } from '../events/storedEvent.ts'

/*
 * Before each type had a schema of its own, koff wrote all of them with one: the record `io.koff.KoffEvent`, whose `data` is
 * a union of the records of all types. Topics still hold such events.
 */

export const unionRecord = 'io.koff.KoffEvent'

/**
 * The event in what an Avro library decodes with that schema: `data` under the full name of its record.
 * @throws RangeError where it is not such an event.
 */
export function eventOfUnion(value: unknown): KoffEvent | null {
  const { data, source, ...envelope } = value as Readonly<Record<string, object>>
  const [content] = Object.values(data ?? {}) as readonly unknown[]
  return storedEvent({
    ...envelope,
    source: { kind: 'log', ...source },
    part: 1,
    parts: 1,
    truncated: false,
    // A sample showed no start then.
    data: { seenBy: 'record', ...(content as object) },
  })
}
