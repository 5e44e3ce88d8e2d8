import { describe, expect, it } from 'vitest'
import { classicOf, commitWithId } from '../batchOf.ts'
import { consumerRecords, shareRecords, streamsRecords } from '../modernRecords.ts'
import { dataOf, classicMember as m, toldPartition as partition, types } from '../toldPartition.ts'

const [orders, again] = ['AAAAAAAAAAAAAAAAAAAAAQ', 'AAAAAAAAAAAAAAAAAAAAAg'] as const

describe('a rebalance of a consumer group', () => {
  /** Settled at epoch 2: `a` has both partitions. */
  const settled = (instanceId?: string) => {
    const p = partition()
    const g = consumerRecords('g')
    p.plain(commitWithId('g', 'orders', 0, 1, orders))
    p.plain(
      g.member('a', { clientId: 'first', ...(instanceId === undefined ? {} : { instanceId }) }),
      g.epoch(2),
      g.current('a', { epoch: 2, assigned: { [orders]: [0, 1] } }),
    )
    return { p, g }
  }

  it('is complete when every member is stable at the epoch with nothing pending, and reported once', () => {
    const { p, g } = settled()
    expect(types(p.plain(g.member('b'), g.epoch(3), g.targetEpoch(3), g.current('b', { epoch: 3, state: 2 })))).toEqual(
      ['member-joined', 'rebalance-started'],
    )
    p.wait(100)
    const revoking = { epoch: 2, state: 1, assigned: { [orders]: [0] }, revoking: { [orders]: [1] } }
    expect(p.plain(g.current('a', revoking))).toEqual([])
    expect(p.plain(g.current('a', revoking))).toEqual([])
    p.wait(100)
    expect(p.plain(g.current('a', { epoch: 3, assigned: { [orders]: [0] } }))).toEqual([])
    p.wait(100)
    const done = p.plain(g.current('b', { epoch: 3, assigned: { [orders]: [1] } }))
    expect(done.map(event => [event.type, event.data])).toMatchObject([
      ['rebalance', { epochBefore: 2, epochAfter: 3, durationMs: 300, memberCount: 2, moved: 1 }],
    ])
    expect(p.plain(g.current('b', { epoch: 3, assigned: { [orders]: [1] } }))).toEqual([])
    expect(p.plain(g.epoch(3), g.targetEpoch(3))).toEqual([])
  })

  it('that is overtaken by another is one, over several epochs, from the first start', () => {
    const { p, g } = settled()
    p.plain(g.member('b'), g.epoch(3), g.current('b', { epoch: 3, state: 2 }))
    p.wait(100)
    const overtaken = p.plain(g.member('c'), g.epoch(4), g.current('c', { epoch: 4, state: 2 }))
    expect(dataOf(overtaken, 'rebalance-started')).toEqual([{ epochBefore: 3, epochAfter: 4, seenBy: 'record' }])
    p.wait(100)
    p.plain(g.current('a', { epoch: 4, assigned: { [orders]: [0] } }), g.current('b', { epoch: 4 }))
    expect(dataOf(p.plain(g.current('c', { epoch: 4, assigned: { [orders]: [1] } })), 'rebalance')).toMatchObject([
      { epochBefore: 2, epochAfter: 4, durationMs: 200, moved: 1 },
    ])
  })

  it('is reported again after the group was recreated unseen: it counts from the lower epoch', () => {
    const { p, g } = settled()
    p.plain(g.epoch(9), g.current('a', { epoch: 9 }))
    expect(types(p.plain(g.epoch(2), g.current('a', { epoch: 2 })))).toEqual([])
    const events = p.plain(g.epoch(3), g.current('a', { epoch: 3 }))
    expect(events.map(event => [event.type, event.data])).toMatchObject([
      ['rebalance-started', { epochBefore: 2, epochAfter: 3 }],
      ['rebalance', { epochBefore: 2, epochAfter: 3 }],
    ])
    p.plain(classicOf('c', 10, [m('a', [0])]))
    expect(types(p.plain(classicOf('c', 1, [m('a', [0])])))).toEqual([])
    expect(dataOf(p.plain(classicOf('c', 2, [m('a', [0])])), 'rebalance')).toMatchObject([
      { epochBefore: 1, epochAfter: 2 },
    ])
  })

  it('does not wait for who is away, and completes when the last one that was waited for goes away', () => {
    const { p, g } = settled('i')
    p.plain(g.member('b'), g.epoch(3), g.current('b', { epoch: 3, assigned: { [orders]: [1] } }))
    const events = p.plain(g.current('a', { epoch: -2, assigned: { [orders]: [0] } }))
    expect(types(events)).toEqual(['member-suspended', 'rebalance'])
    expect(dataOf(events, 'rebalance')).toMatchObject([
      {
        epochBefore: 2,
        epochAfter: 3,
        memberCount: 2,
        changes: [
          { memberId: 'a', gained: [], lost: [{ partitions: [1] }] },
          { memberId: 'b', gained: [{ partitions: [1] }], lost: [] },
        ],
      },
    ])
  })

  it('starts while only members that are away are left, and completes with none of them', () => {
    const { p, g } = settled('i')
    p.plain(g.member('b'), g.epoch(3), g.current('b', { epoch: 3 }), g.current('a', { epoch: 3, assigned: {} }))
    p.plain(g.current('a', { epoch: -2 }))
    const events = p.plain(g.current('b', null), g.member('b', null), g.epoch(4))
    expect(types(events)).toEqual(['member-left', 'rebalance-started'])
    expect(dataOf(p.plain(g.current('a', { epoch: 4 })), 'rebalance')).toMatchObject([
      { epochBefore: 3, epochAfter: 4 },
    ])
  })

  it('starts nothing with the last leave, and counts from the epoch at which the group was empty', () => {
    const { p, g } = settled()
    expect(types(p.plain(g.current('a', null), g.member('a', null), g.epoch(3)))).toEqual([
      'member-left',
      'group-emptied',
    ])
    const events = p.plain(g.member('b'), g.epoch(4), g.current('b', { epoch: 4, assigned: { [orders]: [0, 1] } }))
    expect(types(events)).toEqual(['group-revived', 'member-joined', 'rebalance-started', 'rebalance'])
    expect(dataOf(events, 'rebalance')).toMatchObject([{ epochBefore: 3, epochAfter: 4, moved: 2, durationMs: 0 }])
  })

  it('has the last client id of members that left, also of a replaced one', () => {
    const { p, g } = settled('i')
    p.plain(
      g.current('a', null),
      g.member('a', null),
      g.member('a2', { instanceId: 'i', clientId: 'second' }),
      g.current('a2', { epoch: 2, assigned: { [orders]: [0, 1] } }),
    )
    p.plain(g.member('b'), g.epoch(3), g.current('b', { epoch: 3 }))
    p.plain(g.current('a2', null), g.member('a2', null), g.epoch(4))
    const events = p.plain(g.current('b', { epoch: 4, assigned: { [orders]: [0, 1] } }))
    expect(dataOf(events, 'rebalance')[0]?.changes).toMatchObject([
      { memberId: 'a2', clientId: 'second', lost: [{ partitions: [0, 1] }] },
      { memberId: 'b', clientId: 'client', gained: [{ partitions: [0, 1] }] },
    ])
    p.plain(g.member('b', { clientId: 'third' }))
    p.plain(g.member('c'), g.epoch(5))
    p.plain(g.current('b', null), g.member('b', null), g.epoch(6))
    const last = p.plain(g.current('c', { epoch: 6, assigned: { [orders]: [0, 1] } }))
    expect(dataOf(last, 'rebalance')[0]?.changes?.[0]).toMatchObject({ memberId: 'b', clientId: 'third' })
  })

  it('moves the partitions of a topic that was recreated: another id is another topic', () => {
    const { p, g } = settled()
    p.plain(commitWithId('g', 'orders', 0, 1, again))
    const events = p.plain(g.epoch(3), g.current('a', { epoch: 3, assigned: { [orders]: [1], [again]: [0, 1] } }))
    expect(dataOf(events, 'rebalance')).toMatchObject([
      {
        moved: 2,
        changes: [
          {
            gained: [{ topic: 'orders', topicId: again, partitions: [0, 1] }],
            lost: [{ topic: 'orders', topicId: orders, partitions: [0] }],
          },
        ],
      },
    ])
  })
})

describe('a rebalance of a share group', () => {
  it('is complete when every member has the epoch', () => {
    const p = partition()
    const g = shareRecords('g')
    const events = p.plain(
      g.member('a'),
      g.epoch(2),
      g.targetEpoch(2),
      g.current('a', { epoch: 2, assigned: { [orders]: [0] } }),
    )
    expect(types(events)).toEqual(['group-created', 'member-joined', 'rebalance-started', 'rebalance'])
    expect(
      types(p.plain(g.member('b'), g.epoch(3), g.current('b', { epoch: 3, assigned: { [orders]: [0] } }))),
    ).toEqual(['member-joined', 'rebalance-started'])
    // Both read the same partition: what one gained the other did not lose.
    expect(dataOf(p.plain(g.current('a', { epoch: 3, assigned: { [orders]: [0] } })), 'rebalance')).toMatchObject([
      { moved: 1, changes: [{ memberId: 'b', lost: [] }] },
    ])
    expect(p.plain(g.statePartitions({ [orders]: 'orders' }))).toEqual([])
  })
})

describe('a rebalance of a streams group', () => {
  it('is complete in state 1, with no task to give up, standby ones included', () => {
    const p = partition()
    const g = streamsRecords('g')
    p.plain(g.member('a'), g.topology(0), g.epoch(2), g.current('a', { epoch: 2 }))
    p.plain(g.member('b'), g.epoch(3), g.current('b', { epoch: 3, state: 3 }))
    expect(p.plain(g.current('a', { epoch: 2, state: 2, revoking: { '0': [1] } }))).toEqual([])
    expect(p.plain(g.current('a', { epoch: 3 }, { '0': [1] }))).toEqual([])
    expect(p.plain(g.current('a', { epoch: 3 }))).toEqual([])
    expect(types(p.plain(g.current('b', { epoch: 3, assigned: { '0': [1] } })))).toEqual(['rebalance'])
  })
})

describe('a rebalance of a classic group', () => {
  it('is a new generation with members, also one in which nothing else changed', () => {
    const p = partition()
    p.plain(classicOf('g', 1, [m('a', [0])]))
    expect(types(p.plain(classicOf('g', 2, [m('a', [0])])))).toEqual(['rebalance'])
    expect(types(p.plain(classicOf('g', 2, [m('a', [0])])))).toEqual([])
  })

  it('compares assignor and leader with the last generation that had members; a replaced leader is not a new one', () => {
    const p = partition()
    p.plain(classicOf('g', 1, [m('a', [0], 'i')], { protocol: 'range' }))
    p.plain(classicOf('g', 1, [m('a2', [0], 'i')], { protocol: 'range' }))
    expect(types(p.plain(classicOf('g', 2, [m('a2', [0], 'i')], { protocol: 'range' })))).toEqual(['rebalance'])
    expect(types(p.plain(classicOf('g', 3, [m('a3', [0], 'i')], { protocol: 'range' })))).toEqual([
      'member-replaced',
      'rebalance',
    ])
    p.plain(classicOf('g', 4))
    const events = p.plain(classicOf('g', 5, [m('b', [0])], { protocol: 'sticky' }))
    expect(dataOf(events, 'assignor-changed')).toEqual([{ from: 'range', to: 'sticky' }])
    expect(dataOf(events, 'leader-changed')).toEqual([{ from: 'a3', to: 'b' }])
  })

  it('a leader that was replaced before anything settled is not a new one', () => {
    const p = partition()
    const g = consumerRecords('g')
    p.plain(g.member('a', { instanceId: 'i' }), g.epoch(2))
    p.plain(g.member('a', null), g.epoch(null), classicOf('g', 2, [m('a', [0], 'i')]))
    expect(types(p.plain(classicOf('g', 3, [m('a2', [0], 'i')])))).toEqual(['member-replaced', 'rebalance'])
  })

  it('forgets assignor and leader on migration', () => {
    const p = partition()
    const g = consumerRecords('g')
    p.plain(classicOf('g', 1, [m('a', [0])], { protocol: 'range' }))
    p.plain(classicOf('g', null), g.member('a'), g.epoch(2), g.current('a', { epoch: 2 }))
    p.plain(
      g.current('a', null),
      g.member('a', null),
      g.epoch(null),
      classicOf('g', 2, [m('b', [0])], { protocol: 'sticky' }),
    )
    const events = p.plain(classicOf('g', 3, [m('c', [0]), m('b')], { protocol: 'roundrobin' }))
    expect(types(events)).toEqual(['member-joined', 'rebalance', 'assignor-changed', 'leader-changed'])
    expect(dataOf(events, 'assignor-changed')).toEqual([{ from: 'sticky', to: 'roundrobin' }])
  })
})
