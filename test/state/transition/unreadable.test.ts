import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assignmentBytes, classicOf, commitOf, subscriptionBytes } from '../batchOf.ts'
import { World } from '../conditions/world.ts'
import { orders } from '../consumerGroup.ts'
import { consumerRecords } from '../modernRecords.ts'
import { dataOf, classicMember as m, toldPartition as partition, types } from '../toldPartition.ts'

/** Its user data is said to be longer than the bytes are. */
const cutOff = Buffer.concat([assignmentBytes({ orders: [0, 1] }).subarray(0, -4), Buffer.from([0, 0, 0x13, 0x88])])
const unreadable = (id: string) => ({ id, assignment: cutOff })
const orders01 = [{ topic: 'orders', topicId: null, subtopology: null, partitions: [0, 1] }]

describe('an assignment that cannot be read', () => {
  it('is null, not empty: in snapshots, for koff groups, and for a member that leaves', () => {
    const p = partition()
    p.plain(classicOf('g', 1, [unreadable('a'), m('b', [2])]))
    expect(p.view('g')?.members).toMatchObject([
      { id: 'a', assignment: null },
      { id: 'b', assignment: { orders: [2] } },
    ])
    const left = dataOf(p.plain(classicOf('g', 2)), 'member-left')
    expect(left.map(({ member, held }) => [member.id, held?.length ?? null])).toEqual([
      ['a', null],
      ['b', 1],
    ])
  })

  it('is named by each rebalance, and its member has neither gains nor losses till both can be read', () => {
    const p = partition()
    const first = p.plain(classicOf('g', 1, [unreadable('a'), m('b', [2, 3])]))
    expect(dataOf(first, 'rebalance')).toMatchObject([
      { unreadable: ['a'], moved: 2, changes: [{ memberId: 'b', gained: [{ partitions: [2, 3] }] }] },
    ])
    const second = p.plain(classicOf('g', 2, [m('a', [0, 1]), m('b', [2])]))
    expect(dataOf(second, 'rebalance')).toMatchObject([
      { unreadable: [], moved: 0, changes: [{ memberId: 'b', lost: [{ partitions: [3] }] }] },
    ])
    const third = p.plain(classicOf('g', 3, [m('a', [0]), m('b', [1, 2])]))
    expect(dataOf(third, 'rebalance')).toMatchObject([
      { unreadable: [], moved: 1, changes: [{ memberId: 'a', lost: [{ partitions: [1] }] }, { memberId: 'b' }] },
    ])
    const fourth = p.plain(classicOf('g', 4, [unreadable('a'), unreadable('b')]))
    expect(dataOf(fourth, 'rebalance')).toMatchObject([{ unreadable: ['a', 'b'], moved: 0, changes: [] }])
  })

  it('of a member that leaves gives no loss, of one that joins after it a gain', () => {
    const p = partition()
    p.plain(classicOf('g', 1, [unreadable('a')]))
    const [rebalance] = dataOf(p.plain(classicOf('g', 2, [m('b', [0, 1])])), 'rebalance')
    expect(rebalance?.changes).toEqual([{ memberId: 'b', clientId: 'client', gained: orders01, lost: [] }])
  })

  it('of a group that is migrated: its members neither gain nor lose by it', () => {
    const p = partition()
    p.plain(classicOf('g', 1, [unreadable('a')]), commitOf('g', 'orders', 0, 1))
    const g = consumerRecords('g')
    const events = p.plain(
      classicOf('g', null),
      g.member('a'),
      g.epoch(2),
      g.current('a', { epoch: 2, assigned: { [orders]: [0, 1] } }),
    )
    expect(types(events)).toEqual(['group-migrated', 'rebalance-started', 'rebalance'])
    expect(dataOf(events, 'rebalance')).toMatchObject([{ unreadable: [], moved: 0, changes: [] }])
  })

  it('is one whatever is wrong with its bytes, and it is read whole or not at all', () => {
    const whole = assignmentBytes({ orders: [0, 1], payments: [7] }, 1)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: whole.length - 1 }), length => {
        const p = partition()
        const [rebalance] = dataOf(
          p.plain(classicOf('g', 1, [{ id: 'a', assignment: whole.subarray(0, length) }])),
          'rebalance',
        )
        expect(rebalance).toMatchObject({ unreadable: ['a'], changes: [] })
      }),
    )
  })

  it('no bytes at all are a member that has not been assigned anything yet', () => {
    const p = partition()
    const events = p.plain(classicOf('g', 1, [{ id: 'a', assignment: Buffer.alloc(0) }]))
    expect(dataOf(events, 'rebalance')).toMatchObject([{ unreadable: [], changes: [] }])
    expect(p.view('g')?.members).toMatchObject([{ assignment: {} }])
  })

  it('of another protocol type is not read, and not named', () => {
    const p = partition()
    const worker = { id: 'a', subscription: Buffer.from('url'), assignment: Buffer.from('tasks') }
    const events = p.plain(classicOf('g', 1, [worker], { protocolType: 'connect' }))
    expect(dataOf(events, 'rebalance')).toMatchObject([{ unreadable: [], changes: [], moved: 0 }])
    expect(dataOf(events, 'member-joined')).toMatchObject([{ member: { subscription: null } }])
    expect(p.view('g')?.members).toMatchObject([{ assignment: null }])
  })
})

describe('a subscription that cannot be read', () => {
  it('is null, and a change to or from it is none', () => {
    const p = partition()
    const bad = { id: 'a', subscription: subscriptionBytes(['orders']).subarray(0, 7), assigned: { orders: [0] } }
    expect(dataOf(p.plain(classicOf('g', 1, [bad])), 'member-joined')).toMatchObject([
      { member: { subscription: null } },
    ])
    expect(types(p.plain(classicOf('g', 2, [m('a', [0])])))).toEqual(['rebalance'])
    expect(types(p.plain(classicOf('g', 3, [bad])))).toEqual(['rebalance'])
  })

  it('counts as far as it is whole: its topics, without the list that kafka-go leaves out', () => {
    const p = partition()
    const goMember = { id: 'a', subscription: subscriptionBytes(['orders', 'a'], 1).subarray(0, -4) }
    expect(dataOf(p.plain(classicOf('g', 1, [goMember])), 'member-joined')).toMatchObject([
      { member: { subscription: { topics: ['a', 'orders'], regex: null }, rack: null } },
    ])
  })
})

describe('conditions of a group that cannot be read', () => {
  const whole = { id: 'b', assigned: { orders: [2] } }
  const longAfter = (world: World) => world.topic(4).every10(300, w => w.tick()).said

  it('partitions are not unassigned, nor is the assignment skewed, while an assignment cannot be read', () => {
    expect(longAfter(new World().generation(1, unreadable('a'), whole))).toEqual([])
    expect(longAfter(new World().generation(1, { id: 'a' }, whole))).not.toEqual([])
  })

  it('nor while a subscription cannot be read', () => {
    const bad = { id: 'a', subscription: Buffer.from([0]), assigned: { orders: [0, 1] } }
    expect(longAfter(new World().generation(1, bad, { id: 'b' }))).toEqual([])
  })

  it('a subscription without its last list is judged', () => {
    const goMember = {
      id: 'a',
      subscription: subscriptionBytes(['orders'], 1).subarray(0, -4),
      assigned: { orders: [0] },
    }
    expect(longAfter(new World().generation(1, goMember))).toEqual([
      '70 partition-unassigned orders/1',
      '70 partition-unassigned orders/2',
      '70 partition-unassigned orders/3',
    ])
  })

  it('open conditions stay open; the time without an owner counts from when it is readable again', () => {
    const world = new World().topic(2).generation(1, { id: 'a', assigned: { orders: [0] } })
    world.every10(70, w => w.tick())
    expect(world.said).toEqual(['70 partition-unassigned orders/1'])
    world.generation(2, unreadable('a')).every10(300, w => w.tick())
    expect(world.said).toHaveLength(1)
    world.generation(3, { id: 'a', assigned: { orders: [1] } }).every10(50, w => w.tick())
    expect(world.said.slice(1)).toEqual(['370 partition-assigned orders/1'])
    world.every10(20, w => w.tick())
    expect(world.said.slice(2)).toEqual(['430 partition-unassigned orders/0'])
  })

  it('a skew is judged when the same generation can be read', () => {
    const world = new World().generation(1, unreadable('a'), { id: 'b' })
    world.wait(10).tick()
    world.generation(1, { id: 'a', assigned: { orders: [0, 1] } }, { id: 'b' })
    expect(world.said).toEqual(['0 assignment-skewed'])
  })
})

it('an empty rack is none', () => {
  const p = partition()
  const subscription = Buffer.concat([subscriptionBytes(['orders'], 3).subarray(0, -2), Buffer.from([0, 0])])
  expect(dataOf(p.plain(classicOf('g', 1, [{ id: 'a', subscription }])), 'member-joined')).toMatchObject([
    { member: { rack: null } },
  ])
})
