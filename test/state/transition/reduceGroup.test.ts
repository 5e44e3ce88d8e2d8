import { describe, expect, it } from 'vitest'
import { classicOf, commitOf } from '../batchOf.ts'
import { consumerGone, consumerWith, orders } from '../consumerGroup.ts'
import { consumerRecords, shareRecords, streamsRecords } from '../modernRecords.ts'
import { dataOf, classicMember as m, toldPartition as partition, types } from '../toldPartition.ts'

describe('a group that goes', () => {
  it('takes along its members, and its offsets, which have tombstones of their own', () => {
    const p = partition()
    p.plain(...consumerWith('g', 2, 'a'), commitOf('g', 'orders', 0, 5), commitOf('g', 'orders', 1, 6))
    const events = p.plain(
      commitOf('g', 'orders', 0, null),
      commitOf('g', 'orders', 1, null),
      ...consumerGone('g', 'a'),
    )
    expect(types(events)).toEqual(['member-left', 'offset-deleted', 'offset-deleted', 'group-deleted'])
    expect(new Set(events.map(event => event.groupType))).toEqual(new Set(['consumer']))
    expect(dataOf(events, 'group-deleted')).toEqual([{ lastEpoch: 2, offsetsDeleted: 2 }])
    expect(dataOf(events, 'offset-deleted')).toMatchObject([
      { lastOffset: 5, cause: 'group-deleted' },
      { lastOffset: 6, cause: 'group-deleted' },
    ])
    const [created, ...others] = p.plain(commitOf('g', 'orders', 1, 2))
    expect(created?.type).toBe('group-created')
    expect(others).toEqual([])
  })

  it('and comes again in the same batch: the net effect, as if it had never gone', () => {
    const p = partition()
    p.plain(classicOf('g', 3, [m('a', [0])]), commitOf('g', 'orders', 0, 5))
    const events = p.plain(classicOf('g', null), classicOf('g', 1, [m('b', [0])]))
    expect(types(events)).toEqual(['member-left', 'member-joined', 'rebalance'])
    expect(dataOf(events, 'rebalance')).toMatchObject([{ epochBefore: 0, epochAfter: 1 }])
    const g = consumerRecords('h')
    p.plain(...consumerWith('h', 6, 'a'))
    const again = p.plain(...consumerGone('h', 'a'), ...consumerWith('h', 2, 'b'))
    expect(types(again)).toEqual(['member-left', 'member-joined', 'rebalance-started', 'rebalance'])
    expect(dataOf(again, 'rebalance-started')).toEqual([{ epochBefore: 0, epochAfter: 2, seenBy: 'record' }])
    expect(dataOf(again, 'rebalance')).toMatchObject([{ epochBefore: 0, epochAfter: 2 }])
    expect(types(p.plain(g.epoch(null), ...consumerWith('h', 2, 'b')))).toEqual([])
  })

  it('and comes again empty in the same batch: when it was emptied is not forgotten', () => {
    const p = partition()
    p.plain(classicOf('g', 3, [m('a', [0])]))
    p.plain(classicOf('g', 4))
    p.wait(50)
    expect(types(p.plain(classicOf('g', null), classicOf('g', 0)))).toEqual([])
    p.wait(50)
    const events = p.plain(classicOf('g', 1, [m('b', [0])]))
    expect(types(events)).toEqual(['group-revived', 'member-joined', 'rebalance'])
    expect(dataOf(events, 'group-revived')).toEqual([{ emptyForMs: 100 }])
    expect(dataOf(events, 'rebalance')).toMatchObject([{ epochBefore: 0, epochAfter: 1 }])
  })

  it('as another kind, after only commits: offsets committed after the deletion stay', () => {
    const p = partition()
    const g = streamsRecords('g')
    p.plain(g.member('s'), g.epoch(1), g.targetEpoch(1), g.current('s', { epoch: 1 }), commitOf('g', 'orders', 1, 4))
    p.plain(g.current('s', null), g.member('s', null), g.epoch(2))
    const deletion = [commitOf('g', 'orders', 1, null), g.epoch(null)]
    // As Kafka makes a consumer group of one that only commits: the tombstone of the classic one comes first
    const upgrade = [classicOf('g', null), ...consumerWith('g', 1, 'c')]
    const events = p.plain(...deletion, commitOf('g', 'orders', 0, 5), ...upgrade)
    expect(types(events).slice(0, 3)).toEqual(['offset-deleted', 'group-deleted', 'group-created'])
    expect(p.view('g')?.offsets).toEqual({ orders: { 0: 5 } })
  })

  it('as another kind without a migration: one group is deleted and one created, none is revived', () => {
    const p = partition()
    const g = shareRecords('g')
    p.plain(...consumerWith('g', 1, 'a'))
    p.plain(...consumerGone('g', 'a').slice(0, -1), consumerRecords('g').epoch(2))
    const events = p.plain(
      ...consumerGone('g'),
      g.member('s'),
      g.epoch(1),
      g.targetEpoch(1),
      g.current('s', { epoch: 1 }),
    )
    expect(events.map(event => [event.type, event.groupType])).toEqual([
      ['group-deleted', 'consumer'],
      ['group-created', 'share'],
      ['member-joined', 'share'],
      ['rebalance-started', 'share'],
      ['rebalance', 'share'],
    ])
  })

  it('as another kind, members and all: a group deleted and one created, whether or not its tombstone is still there', () => {
    for (const gone of [[classicOf('g', null)], []]) {
      const p = partition()
      const g = shareRecords('g')
      p.plain(classicOf('g', 1, [m('a', [0])]), commitOf('g', 'orders', 0, 5))
      const events = p.plain(
        commitOf('g', 'orders', 0, null),
        ...gone,
        g.member('a'),
        g.epoch(1),
        commitOf('g', 'orders', 2, 9),
      )
      expect(events.map(event => [event.type, event.groupType])).toEqual([
        ['member-left', 'classic'],
        ['offset-deleted', 'classic'],
        ['group-deleted', 'classic'],
        ['group-created', 'share'],
        ['member-joined', 'share'],
        ['rebalance-started', 'share'],
      ])
      expect(p.view('g')?.offsets).toEqual({ orders: { 2: 9 } })
    }
  })

  it('a commit after its tombstone creates a simple group, also for an offset that was deleted with it', () => {
    const p = partition({ everyCommit: true })
    p.plain(classicOf('g', 1, [m('a', [0])]), commitOf('g', 'orders', 0, 50))
    p.plain(classicOf('g', 2))
    const events = p.plain(commitOf('g', 'orders', 0, null), classicOf('g', null), commitOf('g', 'orders', 0, 3))
    expect(events.map(event => [event.type, event.groupType])).toEqual([
      ['offset-deleted', 'classic'],
      ['group-deleted', 'classic'],
      ['group-created', 'simple'],
      ['offset-committed', 'simple'],
    ])
    expect(dataOf(events, 'offset-deleted')).toMatchObject([{ lastOffset: 50, cause: 'group-deleted' }])
    expect(dataOf(events, 'group-deleted')).toEqual([{ lastEpoch: 2, offsetsDeleted: 1 }])
    expect(dataOf(events, 'offset-committed')).toMatchObject([{ offset: 3, previous: null }])
    expect(p.view('g')).toMatchObject({ groupType: 'simple', epoch: 0, offsets: { orders: { 0: 3 } } })
  })

  it('and a simple one comes in its place by a commit in the same batch: deleted and created', () => {
    const p = partition()
    p.plain(commitOf('g', 'orders', 0, 50))
    const events = p.plain(commitOf('g', 'orders', 0, null), classicOf('g', null), commitOf('g', 'orders', 0, 3))
    expect(types(events)).toEqual(['offset-deleted', 'group-deleted', 'group-created'])
    expect(p.view('g')?.offsets).toEqual({ orders: { 0: 3 } })
  })

  it('a group is known by its first commit, also one that is deleted in the same batch', () => {
    const p = partition()
    expect(types(p.plain(commitOf('g', 'orders', 0, 3), commitOf('g', 'orders', 0, null)))).toEqual(['group-created'])
    p.pending(1n, commitOf('h', 'orders', 0, 3))
    expect(types(p.plain(commitOf('h', 'orders', 0, null)))).toEqual([])
    expect(p.view('h')).toBeUndefined()
  })

  it('a group whose only commit and whose tombstones are in one batch was there for a moment', () => {
    const p = partition()
    const events = p.plain(commitOf('g', 'orders', 0, 3), commitOf('g', 'orders', 0, null), classicOf('g', null))
    expect(types(events)).toEqual([])
    expect(p.state.groups.size).toBe(0)
  })

  it('in message format v0 its deletion is several transitions, without times', () => {
    const p = partition()
    expect(types(p.messages(classicOf('g', 1, [m('a', [0])]), commitOf('g', 'orders', 0, 5)))).toEqual([
      'group-created',
      'member-joined',
      'rebalance',
    ])
    const events = p.messages(commitOf('g', 'orders', 0, null), classicOf('g', 2), classicOf('g', null))
    expect(events.map(event => [event.id, event.type, event.time])).toEqual([
      ['7-2-0', 'offset-deleted', -1],
      ['7-3-0', 'member-left', -1],
      ['7-3-1', 'group-emptied', -1],
      ['7-4-0', 'group-deleted', -1],
    ])
    expect(dataOf(events, 'offset-deleted')).toMatchObject([{ cause: 'unknown' }])
    expect(dataOf(events, 'group-deleted')).toEqual([{ lastEpoch: 2, offsetsDeleted: 0 }])
  })

  it('tombstones of unknown groups, members and offsets mean nothing', () => {
    const p = partition()
    const [c, s, t] = [consumerRecords('g'), shareRecords('g'), streamsRecords('g')]
    const tombstones = [
      classicOf('g', null),
      c.epoch(null),
      c.member('a', null),
      c.target('a', null),
      c.targetEpoch(null),
      c.current('a', null),
      c.regex('o.*', null),
      s.epoch(null),
      s.member('a', null),
      s.targetEpoch(null),
      s.current('a', null),
      s.statePartitions(null),
      t.epoch(null),
      t.member('a', null),
      t.targetEpoch(null),
      t.current('a', null),
      t.topology(null),
      commitOf('g', 'orders', 0, null),
    ]
    for (const tombstone of tombstones) expect(p.plain(tombstone)).toEqual([])
    expect(p.plain(...tombstones)).toEqual([])
    expect(p.state.groups.size).toBe(0)
    p.plain(classicOf('g', 1, [m('a', [0])]))
    expect(p.plain(...tombstones.slice(1))).toEqual([])
  })
})

describe('a group that comes', () => {
  it('by any record with a value', () => {
    const [c, s, t] = [consumerRecords('c'), shareRecords('s'), streamsRecords('t')]
    const p = partition()
    const created = [c.regex('o.*', ['orders']), s.statePartitions({}), t.topology(0)].flatMap(record =>
      p.plain(record),
    )
    expect(created.map(event => [event.type, event.group, event.groupType, event.data])).toEqual([
      ['group-created', 'c', 'consumer', { protocolType: 'consumer' }],
      ['group-created', 's', 'share', { protocolType: 'share' }],
      ['group-created', 't', 'streams', { protocolType: 'streams' }],
    ])
  })

  it('by a regex member, before its first epoch: joined at once, rebalanced when the epoch is there', () => {
    const p = partition()
    const g = consumerRecords('g')
    const first = p.plain(g.member('a', { regex: 'o.*' }), g.current('a', { epoch: 1 }))
    expect(types(first)).toEqual(['group-created', 'member-joined'])
    expect(dataOf(first, 'member-joined')).toMatchObject([{ member: { subscription: { topics: [], regex: 'o.*' } } }])
    p.wait(700)
    const second = p.plain(
      g.regex('o.*', ['orders']),
      g.epoch(2),
      g.target('a', { [orders]: [0] }),
      g.targetEpoch(2),
      g.current('a', { epoch: 2, assigned: { [orders]: [0] } }),
    )
    expect(types(second)).toEqual(['rebalance-started', 'rebalance'])
    expect(dataOf(second, 'rebalance')).toMatchObject([{ epochBefore: 0, epochAfter: 2, durationMs: 0 }])
  })

  it('with a name of any Unicode: sorted by code points', () => {
    const p = partition()
    const names = ['g\u0000x', '\u{1F600}', '\uFF21', 'é', 'Z', 'a', '']
    for (const name of names) {
      const [created] = p.plain(commitOf(name, 't\u0000', 0, 1))
      expect(created).toMatchObject({ type: 'group-created', group: name })
    }
    expect(p.state.sortedGroups().map(slot => slot.name)).toEqual([
      '',
      'Z',
      'a',
      'g\u0000x',
      'é',
      '\uFF21',
      '\u{1F600}',
    ])
  })
})
