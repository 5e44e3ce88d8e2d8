import { expect, it } from 'vitest'
import { redpandaMetadata, wrapped } from '../coordinator/redpandaRecords.ts'
import { assignmentBytes, classicOf, commitOf, subscriptionBytes } from './batchOf.ts'
import { toldPartition, types } from './toldPartition.ts'

const { key: groupKey } = classicOf('g', null)
const { key: offsetKey } = commitOf('g', 'orders', 0, null)

function joined(generation: number, ...ids: string[]) {
  const members = ids.map((memberId, index) => ({
    memberId,
    groupInstanceId: null,
    clientId: 'client',
    clientHost: '10.0.0.1',
    rebalanceTimeout: 300_000,
    sessionTimeout: 45_000,
    subscription: subscriptionBytes(['orders']),
    assignment: assignmentBytes({ orders: [index] }),
  }))
  const group = {
    protocolType: 'consumer',
    generation,
    protocol: 'range',
    leader: ids[0] ?? null,
    currentStateTimestamp: 1n,
  }
  return { key: groupKey, value: redpandaMetadata(group, members) }
}

it("a group's life in Redpanda's dialect gives the events that it gives in Kafka's", () => {
  const p = toldPartition()
  expect(types(p.plain(joined(1, 'member-a')))).toEqual(['group-created', 'member-joined', 'rebalance'])
  p.plain(commitOf('g', 'orders', 0, 10))
  const rebalanced = p.plain(joined(2, 'member-a', 'member-b'))
  expect(types(rebalanced)).toEqual(['member-joined', 'rebalance'])
  expect(rebalanced.at(-1)?.data).toMatchObject({ epochBefore: 1, epochAfter: 2 })
  expect(p.view('g')?.members.map(({ id }) => id)).toEqual(['member-a', 'member-b'])

  const ended = p.plain(
    { key: wrapped(offsetKey as Buffer), value: null },
    { key: wrapped(groupKey as Buffer), value: null },
  )
  expect(types(ended)).toContain('offset-deleted')
  expect(types(ended).at(-1)).toBe('group-deleted')
  expect(p.view('g')).toBeUndefined()
})

it('a log of both dialects is read record by record', () => {
  const p = toldPartition()
  p.plain(commitOf('g', 'orders', 0, 10), joined(1, 'member-a'), classicOf('h', 1, [{ id: 'k' }]))
  const events = p.plain({ key: wrapped(offsetKey as Buffer), value: null }, commitOf('g', 'orders', 1, 4), joined(2))
  expect(events.filter(({ type }) => type === 'koff-undecodable')).toEqual([])
  expect(p.view('g')).toMatchObject({ offsets: { orders: { '1': 4 } } })
  expect(p.view('h')?.members.map(({ id }) => id)).toEqual(['k'])
})
