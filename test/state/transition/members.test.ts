import { describe, expect, it } from 'vitest'
import { classicOf, commitWithId } from '../batchOf.ts'
import { consumerRecords, streamsRecords } from '../modernRecords.ts'
import { dataOf, classicMember as m, toldPartition as partition, types } from '../toldPartition.ts'

const orders = 'AAAAAAAAAAAAAAAAAAAAAQ'
const part = (partitions: number[]) => [{ topic: 'orders', topicId: orders, subtopology: null, partitions }]

describe('members of a classic group', () => {
  it('two leave and two join in one record: four events, sorted by member id', () => {
    const p = partition()
    p.plain(classicOf('g', 1, [m('d', [0]), m('a', [1]), m('keep', [2])]))
    const events = p.plain(classicOf('g', 2, [m('z', [0]), m('keep', [2]), m('b', [1])]))
    expect(types(events)).toEqual([
      'member-left',
      'member-left',
      'member-joined',
      'member-joined',
      'rebalance',
      'leader-changed',
    ])
    expect(dataOf(events, 'member-joined').map(({ member }) => member.id)).toEqual(['b', 'z'])
    expect(dataOf(events, 'member-left').map(({ member, held }) => [member.id, held?.[0]?.partitions])).toEqual([
      ['a', [1]],
      ['d', [0]],
    ])
  })

  it('that exchange their instance ids are replaced, not gone', () => {
    const p = partition()
    p.plain(classicOf('g', 1, [m('a', [0], 'i'), m('b', [1], 'j')]))
    const events = p.plain(classicOf('g', 1, [m('c', [0], 'i'), { ...m('d', [1], 'j'), host: '/10.0.0.1' }]))
    expect(dataOf(events, 'member-replaced')).toEqual([
      { instanceId: 'i', from: 'a', to: 'c', hostChanged: false },
      { instanceId: 'j', from: 'b', to: 'd', hostChanged: true },
    ])
    expect(events).toHaveLength(2)
  })

  it('change by host, client id and topics as a set, not by their order or assignment', () => {
    const p = partition()
    p.plain(classicOf('g', 1, [{ ...m('a', [0]), topics: ['x', 'y'] }]))
    expect(types(p.plain(classicOf('g', 1, [{ ...m('a', [1]), topics: ['y', 'x', 'y'] }])))).toEqual([])
    const events = p.plain(classicOf('g', 1, [{ ...m('a'), topics: ['y'], host: '/h', clientId: 'c' }]))
    expect(dataOf(events, 'member-changed')).toMatchObject([
      { member: { id: 'a', clientId: 'c', host: '/h' }, changes: ['clientId', 'host', 'subscription'] },
    ])
  })
})

describe('members of a consumer group', () => {
  const withStatic = () => {
    const p = partition()
    const g = consumerRecords('g')
    p.plain(commitWithId('g', 'orders', 0, 1, orders))
    p.plain(
      g.member('a', { instanceId: 'i' }),
      g.epoch(2),
      g.target('a', { [orders]: [0, 1] }),
      g.targetEpoch(2),
      g.current('a', { epoch: 2, assigned: { [orders]: [0, 1] } }),
    )
    return { p, g }
  }

  it('a static member goes for a while, and comes back under another id: suspended, replaced, no rebalance', () => {
    const { p, g } = withStatic()
    const away = p.plain(g.current('a', { epoch: -2, assigned: { [orders]: [0, 1] } }))
    expect(away.map(event => [event.type, event.data])).toMatchObject([
      ['member-suspended', { member: { id: 'a', instanceId: 'i' }, held: part([0, 1]) }],
    ])
    expect(p.view('g')).toMatchObject({ state: 'Reconciling', members: [{ id: 'a' }] })
    expect(p.plain(g.current('a', { epoch: -2, assigned: { [orders]: [0, 1] } }))).toEqual([])
    const back = p.plain(
      g.current('a', null),
      g.target('a', null),
      g.member('a', null),
      g.member('b', { instanceId: 'i' }),
      g.target('b', { [orders]: [0, 1] }),
      g.current('b', { epoch: 2, assigned: { [orders]: [0, 1] } }),
      g.member('b', { instanceId: 'i' }),
      g.current('b', { epoch: 2, assigned: { [orders]: [0, 1] } }),
    )
    expect(back.map(event => [event.type, event.data])).toEqual([
      ['member-replaced', { instanceId: 'i', from: 'a', to: 'b', hostChanged: false }],
    ])
  })

  it('a static member that stays away leaves in the end, with its partitions; the group was not empty until then', () => {
    const { p, g } = withStatic()
    p.plain(g.current('a', { epoch: -2, assigned: { [orders]: [0, 1] } }))
    const events = p.plain(g.current('a', null), g.target('a', null), g.member('a', null), g.epoch(3))
    expect(types(events)).toEqual(['member-left', 'group-emptied'])
    expect(dataOf(events, 'member-left')).toMatchObject([{ held: part([0, 1]) }])
  })

  it('one that is away when it is first seen, as in a compacted log, joined and is away', () => {
    const p = partition()
    const g = consumerRecords('g')
    const events = p.plain(g.member('a', { instanceId: 'i' }), g.epoch(4), g.current('a', { epoch: -2 }))
    expect(types(events)).toEqual(['group-created', 'member-joined', 'member-suspended', 'rebalance-started'])
  })

  it('one whose assignment comes before its description joins with that', () => {
    const p = partition()
    const g = consumerRecords('g')
    expect(types(p.plain(g.current('a', { epoch: 2, assigned: { [orders]: [0] } })))).toEqual(['group-created'])
    expect(types(p.plain(g.epoch(2), g.member('a')))).toEqual(['member-joined', 'rebalance-started', 'rebalance'])
  })

  it('a new id for an instance replaces the old one, even where the old one leaves later: each joins and leaves once', () => {
    const { p, g } = withStatic()
    expect(types(p.plain(g.member('b', { instanceId: 'i' })))).toEqual(['member-replaced'])
    expect(types(p.plain(g.current('a', null), g.member('a', null)))).toEqual([])
    expect(types(p.plain(g.member('b', null)))).toEqual(['member-left', 'group-emptied'])
  })

  it('an instance is one member: the one replaced counts no more, also where the record of its end is gone', () => {
    const { p, g } = withStatic()
    p.plain(g.member('b', { instanceId: 'i' }))
    expect(p.view('g')?.members.map(({ id }) => id)).toEqual(['b'])
    const events = p.plain(g.epoch(3), g.current('b', { epoch: 3 }))
    expect(dataOf(events, 'rebalance')).toMatchObject([{ epochAfter: 3, memberCount: 1 }])
    expect(p.plain(g.current('a', null), g.member('a', null))).toEqual([])
  })

  it('hold what they still have to give up', () => {
    const { p, g } = withStatic()
    p.plain(g.member('b'), g.epoch(3), g.current('b', { epoch: 3, state: 2 }))
    p.plain(g.current('a', { epoch: 2, state: 1, assigned: { [orders]: [0] }, revoking: { [orders]: [1] } }))
    expect(p.view('g')?.members.map(({ assignment }) => assignment)).toEqual([{ orders: [0, 1] }, {}])
    const events = p.plain(g.current('a', null), g.target('a', null), g.member('a', null), g.epoch(4))
    expect(dataOf(events, 'member-left')).toMatchObject([{ held: part([0, 1]) }])
  })

  it('a regex that changes is another subscription', () => {
    const p = partition()
    const g = consumerRecords('g')
    p.plain(g.member('a', { regex: 'a.*' }))
    expect(p.plain(g.member('a', { regex: 'a.*' }))).toEqual([])
    expect(dataOf(p.plain(g.member('a', { regex: 'b.*' })), 'member-changed')).toMatchObject([
      { member: { subscription: { topics: [], regex: 'b.*' } }, changes: ['subscription'] },
    ])
  })
})

describe('members of a streams group', () => {
  it('hold their active tasks, by subtopology', () => {
    const p = partition()
    const g = streamsRecords('g')
    p.plain(g.member('a'), g.topology(0), g.epoch(2))
    p.plain(g.targetEpoch(2), g.current('a', { epoch: 2, assigned: { '0': [1, 0], '1': [0] } }))
    const events = p.plain(g.current('a', null), g.member('a', null), g.epoch(3))
    expect(dataOf(events, 'member-left')[0]?.held).toEqual([
      { topic: null, topicId: null, subtopology: '0', partitions: [0, 1] },
      { topic: null, topicId: null, subtopology: '1', partitions: [0] },
    ])
  })
})
