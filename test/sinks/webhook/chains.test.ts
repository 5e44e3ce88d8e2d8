import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KoffEvent } from '../../../src/events/envelope.ts'
import { chainsOf } from '../../../src/sinks/webhook/chains.ts'
import { events } from '../events.ts'
import { byGroup } from '../received.ts'

test('each event is in one request, and all of a group are in one chain, in order, whatever the size of a request', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 1, max: 30 }), (count, size) => {
      const all = events(count)
      const chains = chainsOf(all, size)
      expect(byGroup(chains.flat(2))).toEqual(byGroup(all))
      expect(chains.flat(2)).toHaveLength(count)
      for (const request of chains.flat()) expect(request.length).toBeLessThanOrEqual(size)
      const chainsOfGroup = Map.groupBy(
        chains.flatMap((chain, at) => chain.flat().map(({ group }) => ({ group, at }))),
        ({ group }) => group,
      )
      for (const places of chainsOfGroup.values()) expect(new Set(places.map(({ at }) => at)).size).toBe(1)
    }),
  )
})

test('small groups share a request; a large one has requests of its own', () => {
  const of = (group: string, count: number): KoffEvent[] => events(count).map(event => ({ ...event, group }))
  const chains = chainsOf([...of('a', 2), ...of('large', 7), ...of('b', 2)], 4)
  expect(chains.map(chain => chain.map(request => request.map(({ group }) => group).join()))).toEqual([
    ['large,large,large,large', 'large,large,large'],
    ['a,a,b,b'],
  ])
})
