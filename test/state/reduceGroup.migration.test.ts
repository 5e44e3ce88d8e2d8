import { describe, expect, it } from 'vitest'
import { classicOf, commitOf, commitWithId } from './batchOf.ts'
import { consumerGone, consumerWith, orders } from './consumerGroup.ts'
import { consumerRecords, streamsRecords } from './modernRecords.ts'
import { dataOf, classicMember as m, toldPartition as partition, types } from './toldPartition.ts'

describe('a group that is migrated', () => {
  it('to the consumer protocol: a member of both kinds neither left nor joined, and the epoch continues', () => {
    const p = partition()
    p.plain(commitWithId('g', 'orders', 0, 1, orders))
    p.plain(classicOf('g', 7, [m('a', [0, 1])]))
    const g = consumerRecords('g')
    const events = p.plain(
      classicOf('g', null),
      g.member('a'),
      g.epoch(8),
      g.member('b'),
      g.target('a', { [orders]: [0] }),
      g.target('b', { [orders]: [1] }),
      g.targetEpoch(8),
      g.current('a', { epoch: 7, assigned: { [orders]: [0, 1] } }),
      g.current('b', { epoch: 8, state: 2 }),
    )
    expect(types(events)).toEqual(['group-migrated', 'member-joined', 'rebalance-started'])
    expect(events.map(event => event.groupType)).toEqual(['consumer', 'consumer', 'consumer'])
    expect(dataOf(events, 'rebalance-started')).toEqual([{ epochBefore: 7, epochAfter: 8, seenBy: 'record' }])
    expect(types(p.plain(g.current('a', { epoch: 8, assigned: { [orders]: [0] } })))).toEqual([])
    const [rebalance] = dataOf(p.plain(g.current('b', { epoch: 8, assigned: { [orders]: [1] } })), 'rebalance')
    expect(rebalance).toMatchObject({
      epochBefore: 7,
      epochAfter: 8,
      moved: 1,
      changes: [
        { memberId: 'a', gained: [], lost: [{ partitions: [1] }] },
        { memberId: 'b', gained: [{ topic: 'orders', partitions: [1] }], lost: [] },
      ],
    })
  })

  it('to a lower epoch: counts from 0', () => {
    const p = partition()
    p.plain(classicOf('g', 9, [m('a', [0])]))
    p.plain(classicOf('g', 10))
    p.wait(1_000)
    const events = p.plain(classicOf('g', null), ...consumerWith('g', 2, 'b'))
    expect(types(events)).toEqual([
      'group-migrated',
      'group-revived',
      'member-joined',
      'rebalance-started',
      'rebalance',
    ])
    expect(dataOf(events, 'group-revived')).toEqual([{ emptyForMs: 1_000 }])
    expect(dataOf(events, 'rebalance-started')).toEqual([{ epochBefore: 0, epochAfter: 2, seenBy: 'record' }])
    expect(dataOf(events, 'rebalance')).toMatchObject([{ epochBefore: 0, epochAfter: 2, moved: 2, durationMs: 0 }])
  })

  it('back, and a static member restarted in the same batch: replaced, no member left or joined', () => {
    const p = partition()
    p.plain(commitWithId('g', 'orders', 0, 1, orders))
    p.plain(...consumerWith('g', 5, 'a', 'i'))
    const events = p.plain(...consumerGone('g', 'a'), classicOf('g', 5, [m('a2', [0, 1], 'i')]))
    expect(types(events)).toEqual(['group-migrated', 'member-replaced'])
    expect(dataOf(events, 'member-replaced')).toMatchObject([{ instanceId: 'i', from: 'a', to: 'a2' }])
    const next = p.plain(classicOf('g', 6, [m('a2', [0, 1], 'i')]))
    expect(dataOf(next, 'rebalance')).toMatchObject([{ epochBefore: 5, epochAfter: 6, moved: 0, changes: [] }])
  })

  it('back as an empty group: to generation 0, from which it counts', () => {
    const p = partition()
    p.plain(...consumerWith('g', 2, 'a'), commitOf('g', 'orders', 0, 5))
    const g = consumerRecords('g')
    expect(types(p.plain(g.current('a', null), g.target('a', null), g.member('a', null), g.epoch(3)))).toEqual([
      'member-left',
      'group-emptied',
    ])
    const migrated = p.plain(...consumerGone('g'), classicOf('g', 0))
    expect(migrated.map(event => [event.type, event.data])).toEqual([
      ['group-migrated', { from: 'consumer', to: 'classic', epoch: 0 }],
    ])
    const events = p.plain(classicOf('g', 1, [m('b', [0])]))
    expect(types(events)).toEqual(['group-revived', 'member-joined', 'rebalance'])
    expect(dataOf(events, 'rebalance')).toMatchObject([{ epochBefore: 0, epochAfter: 1 }])
    expect(p.view('g')?.offsets).toEqual({ orders: { 0: 5 } })
  })

  it('during a rebalance: it continues, and its changes are relative to the last settled state', () => {
    const p = partition()
    const g = consumerRecords('g')
    p.plain(commitWithId('g', 'orders', 0, 1, orders))
    p.plain(...consumerWith('g', 4, 'a'))
    p.plain(g.member('b'), g.epoch(5), g.current('b', { epoch: 5, state: 2 }))
    p.plain(...consumerGone('g', 'a', 'b'), classicOf('g', 5, [m('a', [0, 1]), m('b')]))
    const events = p.plain(classicOf('g', 6, [m('a', [0]), m('b', [1])]))
    expect(dataOf(events, 'rebalance')).toMatchObject([
      {
        epochBefore: 4,
        epochAfter: 6,
        durationMs: null,
        changes: [
          { memberId: 'a', lost: [{ partitions: [1] }] },
          { memberId: 'b', gained: [{ partitions: [1] }] },
        ],
      },
    ])
  })

  it('between classic and streams, which Kafka does to an empty group (KIP-1071): its offsets stay', () => {
    const p = partition()
    const g = streamsRecords('g')
    p.plain(classicOf('g', 1, [m('a', [0])]), commitOf('g', 'orders', 0, 5))
    p.plain(classicOf('g', 2))
    const events = p.plain(
      classicOf('g', null),
      g.member('b'),
      g.topology(0),
      g.epoch(3),
      g.targetEpoch(3),
      g.current('b', { epoch: 3, assigned: { '0': [0] } }),
    )
    expect(types(events)).toEqual([
      'group-migrated',
      'group-revived',
      'member-joined',
      'rebalance-started',
      'rebalance',
    ])
    expect(dataOf(events, 'group-migrated')).toEqual([{ from: 'classic', to: 'streams', epoch: 3 }])
    expect(p.view('g')?.offsets).toEqual({ orders: { 0: 5 } })
    p.plain(g.current('b', null), g.member('b', null), g.epoch(4))
    const back = p.plain(g.targetEpoch(null), g.epoch(null), g.topology(null), classicOf('g', 0))
    expect(back.map(event => [event.type, event.data])).toEqual([
      ['group-migrated', { from: 'streams', to: 'classic', epoch: 0 }],
    ])
    expect(p.view('g')?.offsets).toEqual({ orders: { 0: 5 } })
  })

  it('a simple group that gets members of any kind changes its kind without an event and keeps its offsets', () => {
    const p = partition()
    p.plain(commitOf('g', 'orders', 0, 5))
    const events = p.plain(classicOf('g', null), ...consumerWith('g', 2, 'a'))
    expect(types(events)).toEqual(['member-joined', 'rebalance-started', 'rebalance'])
    expect(p.view('g')).toMatchObject({ groupType: 'consumer', offsets: { orders: { 0: 5 } } })
  })
})
