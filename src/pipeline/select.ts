import type { KoffEvent } from '../events/envelope.ts'
import { overItems } from './chunk.ts'
import type { Outcome } from './conditions.ts'

/** Drops the events that `accept` rejects; without it all events pass. */
export const select = (accept?: (event: KoffEvent) => boolean) =>
  overItems<Outcome, Outcome>(outcomes => (accept === undefined ? outcomes : selected(outcomes, accept)))

function* selected(
  outcomes: Iterable<Outcome>,
  accept: (event: KoffEvent) => boolean,
): Generator<Outcome, void, undefined> {
  for (const outcome of outcomes) {
    const { events } = outcome
    yield events.length === 0 ? outcome : { ...outcome, events: events.filter(accept) }
  }
}
