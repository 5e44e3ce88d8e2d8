import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { eventTypes } from '../../src/events/definitions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { storedEvent } from '../../src/events/storedEvent.ts'
import { arbitraryEvent } from '../events/arbitraryEvent.ts'

/** Of each type so many, as they come. */
const mostOfType = 4

/**
 * Events of every type: those of the recordings, where they have some of the type, and made ones with any Unicode and any
 * int64.
 */
export async function corpusEvents(): Promise<readonly KoffEvent[]> {
  const found = Map.groupBy(await recorded(), ({ type }) => type)
  const every = eventTypes.flatMap(type => {
    const made = fc.sample(arbitraryEvent(type), { numRuns: 2, seed: 17 })
    return [...(found.get(type) ?? []).slice(0, mostOfType), ...made.map(event => withTime(event))]
  })
  // An id of its own for each, and a group: a key is part of every record.
  return every.map((event, at) => ({ ...event, id: `7-${at}-0`, cluster: 'c1' }))
}

async function recorded(): Promise<KoffEvent[]> {
  const events: KoffEvent[] = []
  for (const name of ['dev', 'dev.compactlive', 'old282', 'old391']) {
    const text = await readFile(new URL(`../golden/${name}.events.ndjson`, import.meta.url), 'utf8')
    for (const line of text.trim().split('\n')) {
      const event = storedEvent(JSON.parse(line))
      if (event !== null) events.push(event)
    }
  }
  return events
}

/** Times that every language can say: those of some libraries end with the year 9999. */
function withTime(event: KoffEvent): KoffEvent {
  const time = Date.UTC(2026, 10, 24, 3, 4, 5, 6)
  const source = { ...event.source, timestamp: time + 1, after: null, before: null }
  return { ...event, time, source }
}
