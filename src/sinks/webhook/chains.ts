import type { KoffEvent } from '../../events/envelope.ts'

/** Requests that follow each other, each with its events. */
export type Chain = readonly (readonly KoffEvent[])[]

/**
 * Splits events into chains, which can be sent side by side: all events of a group are in one chain, in order. Small
 * groups share a request.
 */
export function chainsOf(events: readonly KoffEvent[], eventsInRequest: number): Chain[] {
  const chains: Chain[] = []
  let shared: KoffEvent[] = []
  for (const ofGroup of Map.groupBy(events, ({ group }) => group).values()) {
    if (ofGroup.length >= eventsInRequest) {
      const requests = Math.ceil(ofGroup.length / eventsInRequest)
      chains.push(
        Array.from({ length: requests }, (_, at) => ofGroup.slice(at * eventsInRequest, (at + 1) * eventsInRequest)),
      )
      continue
    }
    if (shared.length + ofGroup.length > eventsInRequest) {
      chains.push([shared])
      shared = []
    }
    shared.push(...ofGroup)
  }
  if (shared.length > 0) chains.push([shared])
  return chains
}
