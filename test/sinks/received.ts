import type { KoffEvent } from '../../src/events/envelope.ts'

/** What of an event matters to whether it arrived. */
export type Received = Pick<KoffEvent, 'id' | 'group'>

/** Ids in order of arrival: a sink keeps the order of a group, and no other. */
export function byGroup(received: readonly Received[]): Record<string, string[]> {
  const groups: Record<string, string[]> = {}
  for (const { id, group } of received) (groups[group] ??= []).push(id)
  return groups
}

/** A consumer that knows the ids it has seen: what is written again comes later than what was written first. */
export function firstOfEach(received: readonly Received[]): Received[] {
  return [...new Map(received.toReversed().map(one => [one.id, one])).values()].reverse()
}
