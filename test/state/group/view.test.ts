import { describe, expect, it } from 'vitest'
import { classicOf, commitOf } from '../batchOf.ts'
import { consumerRecords, shareRecords, streamsRecords } from '../modernRecords.ts'
import { classicMember as m, toldPartition as partition } from '../toldPartition.ts'

const orders = 'AAAAAAAAAAAAAAAAAAAAAQ'

describe('the view of a group', () => {
  it('has topics of any name, also such as JavaScript knows itself', () => {
    const p = partition()
    const assigned = Object.fromEntries([
      ['__proto__', [1]],
      ['constructor', [0]],
    ])
    p.plain(classicOf('__proto__', 1, [{ id: 'a', assigned }]), commitOf('__proto__', '__proto__', 0, 1))
    p.plain(commitOf('__proto__', 'toString', 0, 2))
    expect(JSON.stringify(p.view('__proto__'))).toContain('"assignment":{"__proto__":[1],"constructor":[0]}')
    expect(JSON.stringify(p.view('__proto__'))).toContain('"offsets":{"__proto__":{"0":1},"toString":{"0":2}}')
  })

  it('has the state that Kafka names', () => {
    const p = partition()
    const g = consumerRecords('c')
    const state = (group: string) => p.view(group)?.state
    p.plain(g.member('a'), g.epoch(2), g.current('a', { epoch: 2 }))
    expect(state('c')).toBe('Assigning')
    p.plain(g.targetEpoch(2), g.current('a', { epoch: 1, state: 2 }))
    expect(state('c')).toBe('Reconciling')
    p.plain(g.current('a', { epoch: 2 }))
    expect(state('c')).toBe('Stable')
    p.plain(g.member('a', null), g.epoch(3))
    expect(state('c')).toBe('Empty')

    const s = shareRecords('s')
    p.plain(s.member('a'), s.epoch(1))
    expect(state('s')).toBe('Stable')

    const t = streamsRecords('t')
    p.plain(t.member('a'), t.topology(1), t.epoch(2, 0), t.targetEpoch(2), t.current('a', { epoch: 2 }))
    expect(state('t')).toBe('NotReady')
    p.plain(t.epoch(2, 1))
    expect(state('t')).toBe('Stable')

    p.plain(commitOf('simple', 't', 0, 1), classicOf('classic', 1, [m('a')]))
    expect([state('simple'), state('classic')]).toEqual(['Empty', 'Stable'])
  })

  it('shows a topic with its id until its name is known', () => {
    const p = partition()
    const g = consumerRecords('g')
    p.plain(g.member('a'), g.epoch(2), g.current('a', { epoch: 2, assigned: { [orders]: [0] } }))
    expect(p.view('g')?.members[0]?.assignment).toEqual({ [orders]: [0] })
    p.names.learn(orders, 'orders')
    expect(p.view('g')?.members[0]?.assignment).toEqual({ orders: [0] })
  })

  it('knows the names that brokers before 4.1 wrote beside the ids', () => {
    const p = partition()
    const g = consumerRecords('g')
    const events = p.plain(
      g.member('a'),
      g.partitionMetadata({ [orders]: 'orders' }),
      g.epoch(2),
      g.current('a', { epoch: 2, assigned: { [orders]: [0] } }),
    )
    expect(p.view('g')?.members[0]?.assignment).toEqual({ orders: [0] })
    expect(events.at(-1)?.data).toMatchObject({ changes: [{ gained: [{ topic: 'orders', topicId: orders }] }] })
  })

  it('puts the partitions of a topic together that was recreated under its name', () => {
    const p = partition()
    const again = 'AAAAAAAAAAAAAAAAAAAAAg'
    p.names.learn(orders, 'orders')
    p.names.learn(again, 'orders')
    const g = consumerRecords('g')
    p.plain(g.member('a'), g.epoch(2), g.current('a', { epoch: 2, assigned: { [orders]: [2], [again]: [0] } }))
    expect(p.view('g')?.members[0]?.assignment).toEqual({ orders: [0, 2] })
  })

  it('has what a member holds while it revokes, and the epoch that it is at', () => {
    const p = partition()
    p.names.learn(orders, 'orders')
    const g = consumerRecords('g')
    p.plain(
      g.member('a'),
      g.epoch(2),
      g.targetEpoch(2),
      g.current('a', { epoch: 2, assigned: { [orders]: [0, 1, 2, 3] } }),
    )
    p.plain(g.member('b'), g.epoch(3), g.targetEpoch(3), g.current('b', { epoch: 3, state: 2 }))
    p.plain(g.current('a', { epoch: 2, state: 1, assigned: { [orders]: [0, 1] }, revoking: { [orders]: [2, 3] } }))
    expect(p.view('g')).toMatchObject({ state: 'Reconciling', epoch: 3 })
    expect(p.view('g')?.members).toMatchObject([
      { id: 'a', epoch: 2, assignment: { orders: [0, 1, 2, 3] } },
      { id: 'b', epoch: 3, assignment: {} },
    ])
  })

  it('has the target assignment of a member, for every kind that records it', () => {
    const p = partition()
    p.names.learn(orders, 'orders')
    const g = consumerRecords('g')
    p.plain(g.member('a'), g.epoch(2), g.target('a', { [orders]: [0, 1] }), g.targetEpoch(2))
    p.plain(g.current('a', { epoch: 2, assigned: { [orders]: [0, 1] } }))
    p.plain(
      g.member('b'),
      g.epoch(3),
      g.target('a', { [orders]: [1] }),
      g.target('b', { [orders]: [0] }),
      g.targetEpoch(3),
    )
    p.plain(g.current('a', { epoch: 2, state: 1, assigned: { [orders]: [1] }, revoking: { [orders]: [0] } }))
    expect(p.view('g')?.members).toMatchObject([
      { id: 'a', epoch: 2, assignment: { orders: [0, 1] }, targetAssignment: { orders: [1] } },
      { id: 'b', epoch: null, assignment: {}, targetAssignment: { orders: [0] } },
    ])
    const s = shareRecords('s')
    p.plain(s.member('a'), s.epoch(1), s.target('a', { [orders]: [2] }))
    expect(p.view('s')?.members).toMatchObject([{ assignment: {}, targetAssignment: { orders: [2] } }])
    const t = streamsRecords('t')
    p.plain(t.member('a'), t.epoch(1), t.target('a', { '0': [1, 0] }))
    expect(p.view('t')?.members).toMatchObject([{ assignment: {}, targetAssignment: { '0': [0, 1] } }])
    p.plain(classicOf('c', 4, [m('a', [0])]))
    expect(p.view('c')?.members).toMatchObject([{ assignment: { orders: [0] }, targetAssignment: null }])
  })

  it('has a target that came before its member, as compaction leaves it, and none that is gone', () => {
    const p = partition()
    const g = consumerRecords('g')
    p.plain(g.target('a', { [orders]: [1, 0] }), g.epoch(2))
    expect(p.view('g')?.members).toEqual([])
    p.plain(g.member('a'))
    expect(p.view('g')?.members).toMatchObject([{ targetAssignment: { [orders]: [0, 1] } }])
    p.plain(g.target('a', null))
    expect(p.view('g')?.members).toMatchObject([{ targetAssignment: {} }])
    p.plain(g.target('b', { [orders]: [1] }))
    p.plain(g.target('b', null))
    p.plain(g.member('b'))
    expect(p.view('g')?.members).toMatchObject([{ id: 'a' }, { id: 'b', targetAssignment: {} }])
  })

  it('has what a static member that is away still holds, at epoch -2', () => {
    const p = partition()
    const g = consumerRecords('g')
    p.plain(g.member('a', { instanceId: 'i' }), g.epoch(2), g.targetEpoch(2))
    p.plain(g.current('a', { epoch: -2, assigned: { [orders]: [0] } }))
    expect(p.view('g')?.members).toMatchObject([{ epoch: -2, assignment: { [orders]: [0] } }])
  })

  it('has no epoch of a classic member', () => {
    const p = partition()
    p.plain(classicOf('g', 4, [m('a')]))
    expect(p.view('g')?.members).toMatchObject([{ id: 'a', epoch: null }])
  })
})
