import { describe, expect, it } from 'vitest'
import { apply } from '../../../src/pipeline/apply.ts'
import { batchOf, classicOf, commitOf, commitWithId, type TestRecord } from '../batchOf.ts'
import { member, World } from '../conditions/world.ts'
import { orders } from '../consumerGroup.ts'
import { consumerRecords, shareRecords } from '../modernRecords.ts'
import { classicMember as m, toldPartition as partition, types } from '../toldPartition.ts'

const said = (events: readonly { readonly type: string; readonly groupType: string }[]) =>
  events.map(({ type, groupType }) => `${type} ${groupType}`)

describe('the order within a transition', () => {
  it('members leave, are suspended, are replaced, change and join; then the rebalance, offsets, the end', () => {
    const p = partition({ everyCommit: true })
    const g = consumerRecords('g')
    p.plain(
      commitWithId('g', 'orders', 0, 9, orders),
      commitOf('g', 'orders', 1, 1),
      ...['a', 'b', 'c', 'd'].map(id => g.member(id, { instanceId: `i-${id}` })),
      g.epoch(2),
      ...['a', 'b', 'c', 'd'].map(id => g.current(id, { epoch: 2 })),
    )
    const events = p.plain(
      commitWithId('g', 'orders', 0, 4, orders.replace('Q', 'g')),
      commitOf('g', 'orders', 1, null),
      g.member('new'),
      g.member('b', { instanceId: 'i-b', host: '/10.0.0.1' }),
      g.member('a', null),
      g.member('c2', { instanceId: 'i-c' }),
      g.current('d', { epoch: -2 }),
      g.epoch(3),
      ...['b', 'c2', 'new'].map(id => g.current(id, { epoch: 3 })),
    )
    expect(types(events)).toEqual([
      'member-left',
      'member-suspended',
      'member-replaced',
      'member-changed',
      'member-joined',
      'rebalance-started',
      'rebalance',
      'offset-committed',
      'offset-rewound',
      'offset-deleted',
      'topic-recreated',
    ])
    expect(events.map(({ id }) => id)).toEqual(events.map((_, n) => `7-${events[0]?.source.offset}-${n}`))
  })

  it('group-emptied comes last, and group-deleted after offsets and members', () => {
    const p = partition()
    p.plain(classicOf('g', 1, [m('a', [0])]), commitOf('g', 'orders', 0, 5))
    expect(types(p.plain(classicOf('g', 2), commitOf('g', 'orders', 0, null)))).toEqual([
      'member-left',
      'offset-deleted',
      'group-emptied',
    ])
    p.plain(classicOf('g', 3, [m('a', [0])]), commitOf('g', 'orders', 0, 5))
    expect(types(p.plain(commitOf('g', 'orders', 0, null), classicOf('g', null)))).toEqual([
      'member-left',
      'offset-deleted',
      'group-deleted',
    ])
  })

  it('recreated topics come by name, not by the order of their commits', () => {
    const p = partition()
    const other = orders.replace('Q', 'g')
    p.plain(commitWithId('g', 'b', 0, 1, orders), commitWithId('g', 'a', 0, 1, orders))
    const events = p.plain(commitWithId('g', 'b', 0, 2, other), commitWithId('g', 'a', 0, 2, other))
    expect(events.map(({ data }) => 'topic' in data && data.topic)).toEqual(['a', 'b'])
  })

  it('where one group ends and another of its name begins: all events of the first, with their kind, come first', () => {
    const p = partition({ everyCommit: true })
    p.plain(classicOf('g', 3, [m('a', [0])]), commitOf('g', 'orders', 0, 5))
    const s = shareRecords('g')
    const events = p.plain(commitOf('g', 'orders', 0, null), classicOf('g', null), s.member('b'), s.epoch(1))
    expect(said(events)).toEqual([
      'member-left classic',
      'offset-deleted classic',
      'group-deleted classic',
      'group-created share',
      'member-joined share',
      'rebalance-started share',
    ])
    expect(events.map(({ id }) => id)).toEqual(events.map((_, n) => `7-5-${n}`))
  })
})

describe('conditions in a transition', () => {
  const stalled = () =>
    new World()
      .generation(1, member('a', [0]))
      .commit({ 0: 5 })
      .every10(90, w => w.sample({ 0: 9 }))
  const by = (world: World, ...records: readonly TestRecord[]) => {
    const before = world.events.length
    return world.batch(...records).events.slice(before)
  }

  it('a condition that closes comes there also where an event before it, of a group that ends, is in parts', () => {
    const many = Array.from({ length: 300_000 }, (_, n) => n)
    const w = new World().generation(1, member('a', many)).commit({ 0: 5 })
    w.every10(90, world => world.sample({ 0: 9 }))
    const s = shareRecords('g')
    const events = by(w, commitOf('g', 'orders', 0, null), classicOf('g', null), s.member('b'), s.epoch(1))
    const parts = events.filter(({ type }) => type === 'member-left')
    expect(parts.length).toBeGreaterThan(3)
    expect(said(events)).toEqual([
      ...said(parts),
      'offset-resumed classic',
      'offset-deleted classic',
      'group-deleted classic',
      'group-created share',
      'member-joined share',
      'rebalance-started share',
    ])
  })

  it('a condition that a transition closes comes directly before offset-deleted and takes no ordinal', () => {
    const events = by(stalled(), classicOf('g', 2), commitOf('g', 'orders', 0, null))
    expect(said(events)).toEqual([
      'member-left classic',
      'offset-resumed classic',
      'offset-deleted classic',
      'group-emptied classic',
    ])
    expect(events.map(({ id }) => id)).toEqual(['0-3-0', '0-3-offset-resumed-0', '0-3-1', '0-3-2'])
  })

  it('where nothing is deleted, before what would come after it', () => {
    const events = by(stalled(), classicOf('g', 2), commitOf('g', 'orders', 0, 6))
    expect(said(events)).toEqual([
      'member-left classic',
      'offset-reset classic',
      'offset-resumed classic',
      'group-emptied classic',
    ])
  })

  it('conditions of a group that ends close before its offsets are deleted', () => {
    const events = by(stalled(), commitOf('g', 'orders', 0, null), classicOf('g', null))
    expect(said(events)).toEqual([
      'member-left classic',
      'offset-resumed classic',
      'offset-deleted classic',
      'group-deleted classic',
    ])
  })

  it('a group that ends where another of its name begins closes its conditions, with its own kind', () => {
    const s = shareRecords('g')
    const events = by(stalled(), commitOf('g', 'orders', 0, null), classicOf('g', null), s.member('b'), s.epoch(1))
    expect(said(events)).toEqual([
      'member-left classic',
      'offset-resumed classic',
      'offset-deleted classic',
      'group-deleted classic',
      'group-created share',
      'member-joined share',
      'rebalance-started share',
    ])
  })

  it('what a transition opens comes after its last event', () => {
    const world = new World()
    for (const generation of [1, 2, 3, 4]) world.generation(generation, member(`a${generation}`, [0])).wait(20)
    const events = by(world, classicOf('g', 5, [member('a5', [0])]))
    expect(said(events)).toEqual([
      'member-left classic',
      'member-joined classic',
      'rebalance classic',
      'rebalance-storm classic',
    ])
  })

  it('each group of a batch has its conditions among its own events', () => {
    const world = new World()
    for (const group of ['g', 'h']) {
      world.batch(classicOf(group, 1, [member('a', [0])]), commitOf(group, 'orders', 0, 5, world.now))
    }
    world.every10(90, w => w.sample({ 0: 9 }))
    const batch = batchOf([commitOf('h', 'orders', 0, null), commitOf('g', 'orders', 0, null)], {
      baseOffset: 4,
      timestamp: world.now,
    })
    const events = apply(world.fold, { kind: 'batch', batch })
    expect(events.map(({ group, type }) => `${group} ${type}`)).toEqual([
      'h offset-resumed',
      'h offset-deleted',
      'g offset-resumed',
      'g offset-deleted',
    ])
  })
})
