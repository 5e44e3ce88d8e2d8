import type { KoffEvent } from '../../src/events/envelope.ts'
import { newEvent } from '../../src/events/newEvent.ts'

/** The first `count` events of a log in which seven groups join and commit; the same at each call. */
export function events(count: number): KoffEvent[] {
  return Array.from({ length: count }, (_, offset) => (offset % 3 === 0 ? joined(offset) : committed(offset)))
}

function joined(offset: number): KoffEvent<'member-joined'> {
  const member = {
    id: `orders-${offset}-5ce0b1ab-41b9-4a50-ae7f-0d6ef5c1c1a4`,
    instanceId: null,
    clientId: `orders-${offset}`,
    host: '/10.0.0.5',
    rack: null,
    subscription: { topics: ['orders', 'payments'], regex: null },
  }
  return newEvent({ ...envelope(offset), type: 'member-joined', data: { member } })
}

function committed(offset: number): KoffEvent<'offset-committed'> {
  return newEvent({
    ...envelope(offset),
    type: 'offset-committed',
    data: {
      topic: 'orders',
      partition: offset % 4,
      offset: 2n ** 63n - 1n - BigInt(offset),
      previous: offset,
      metadata: `${'x'.repeat(offset % 200)} ü \0`,
      leaderEpoch: null,
      transactional: false,
    },
  })
}

function envelope(offset: number) {
  const time = Date.UTC(2026, 10, 24, 3, 0, 0) + offset * 250
  const group = groups[offset % groups.length] ?? ''
  const source = { partition: 1, offset, timestamp: time }
  return { id: `1-${offset}-0`, cluster: 'c1', group, groupType: 'classic' as const, time, source }
}

const groups = ['orders-app', 'payments', 'größe', 'グループ', '🎉', 'a b', 'nul\0']
