import type { KoffEvent } from '../events/envelope.ts'
import { storedEvent } from '../events/storedEvent.ts'

/*
 * Early versions of koff wrote all types with one schema: the record `io.koff.KoffEvent`, with a union of the records
 * of all types in `data`. Topics still have such events.
 */

export const unionRecord = 'io.koff.KoffEvent'

/**
 * The event in a value that an Avro library decoded with that schema: `data` is wrapped in the full name of its record.
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
    // At that time samples did not show starts of rebalances.
    data: { seenBy: 'record', ...(content as object) },
  })
}
