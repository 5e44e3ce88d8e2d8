import { describe, expect, it } from 'vitest'
import { classicOf, commitOf, commitWithId, type TestRecord } from '../batchOf.ts'
import { consumerGone, consumerWith, orders } from '../consumerGroup.ts'
import { consumerRecords, shareRecords, streamsRecords } from '../modernRecords.ts'
import { dataOf, classicMember as m, toldPartition as partition, types } from '../toldPartition.ts'

const other = orders.replace('Q', 'g')
const g = consumerRecords('g')
const commit = commitOf('g', 'orders', 0, 5)
const told = (...history: readonly (readonly TestRecord[])[]) => {
  const p = partition({ history: true })
  for (const records of history) p.plain(...records)
  p.state.endHistory(0)
  p.wait(1_000)
  return p
}

describe('offsets behind the tombstone that compaction left of a migration', () => {
  const cases: readonly (readonly [string, readonly (readonly TestRecord[])[], string])[] = [
    [
      'an upgrade: the records of the consumer group came again later',
      [[commit], [classicOf('g', null)], consumerWith('g', 4, 'a')],
      'consumer',
    ],
    ['an upgrade, of which nothing else is left', [[commit], [classicOf('g', null)]], 'simple'],
    [
      'a downgrade: the generation came again later',
      [[commit], consumerGone('g', 'a'), [classicOf('g', 9, [m('a', [0])])]],
      'classic',
    ],
    [
      'a downgrade of which only the epoch’s tombstone is left',
      [[commit], [g.epoch(null)], [classicOf('g', 9)]],
      'classic',
    ],
    [
      'to a streams group and back',
      [[commit], [classicOf('g', null)], [streamsRecords('g').epoch(null)], [classicOf('g', 3)]],
      'classic',
    ],
    [
      'a share group that became a classic one',
      [[shareRecords('g').epoch(null)], [classicOf('g', 0), commit]],
      'classic',
    ],
    ['a tombstone between the commits', [[commit], [classicOf('g', null)], [commitOf('g', 'orders', 1, 7)]], 'simple'],
    [
      'the tombstones of three migrations',
      [[commit], [classicOf('g', null)], [g.epoch(null)], [classicOf('g', null)], consumerWith('g', 2, 'a')],
      'consumer',
    ],
  ]
  it.each(cases)('are alive: %s', (_name, history, groupType) => {
    const view = told(...history).view('g')
    expect(view?.groupType).toBe(groupType)
    expect(view?.offsets).toMatchObject({ orders: { 0: 5 } })
  })

  it('and a live log ends that kind of group, not the group: it is neither deleted nor created', () => {
    const p = partition()
    p.plain(...consumerWith('g', 2, 'a'), commit)
    p.plain(...consumerGone('g', 'a').slice(0, -2), g.epoch(3))
    expect(p.plain(g.targetEpoch(null), g.epoch(null))).toEqual([])
    expect(p.view('g')).toMatchObject({ groupType: 'simple', epoch: 0, offsets: { orders: { 0: 5 } } })
    expect(types(p.plain(commitOf('g', 'orders', 0, 4)))).toEqual(['offset-rewound'])
    expect(types(p.plain(commitOf('g', 'orders', 0, null), classicOf('g', null)))).toEqual([
      'offset-deleted',
      'group-deleted',
    ])
  })

  it('the members that such a group still had left it', () => {
    const p = partition()
    p.plain(classicOf('g', 3, [m('a', [0])]), commit)
    const events = p.plain(classicOf('g', null))
    expect(events.map(({ type, groupType }) => `${type} ${groupType}`)).toEqual([
      'member-left simple',
      'group-emptied simple',
    ])
    expect(types(p.plain(classicOf('g', 1, [m('b', [0])])))).toEqual(['member-joined', 'rebalance'])
  })

  it('without an offset the group ended, with the tombstone of whichever kind', () => {
    for (const tombstone of [classicOf('g', null), g.epoch(null), shareRecords('g').epoch(null)]) {
      const p = partition()
      p.plain(commit)
      p.plain(commitOf('g', 'orders', 0, null))
      expect(types(p.plain(tombstone))).toEqual(['group-deleted'])
    }
    const p = told([classicOf('g', 3)], [classicOf('g', null)])
    expect(p.view('g')).toBeUndefined()
    expect(types(p.plain(commit))).toEqual(['group-created'])
  })

  it('a deletion writes its tombstones in any order', () => {
    const p = partition()
    p.plain(classicOf('g', 1), commit)
    const events = p.plain(classicOf('g', null), commitOf('g', 'orders', 0, null))
    expect(types(events)).toEqual(['offset-deleted', 'group-deleted'])
    expect(dataOf(events, 'offset-deleted')).toMatchObject([{ cause: 'group-deleted' }])
  })
})

describe('a migration', () => {
  it('of an empty group from classic to any kind keeps the group, and back', () => {
    const share = shareRecords('g')
    const streams = streamsRecords('g')
    const kinds = {
      consumer: [consumerWith('g', 2, 'a'), [...consumerGone('g', 'a').slice(0, -1), g.epoch(3)], consumerGone('g')],
      share: [
        [share.member('a'), share.epoch(2), share.targetEpoch(2), share.current('a', { epoch: 2 })],
        [share.current('a', null), share.member('a', null), share.epoch(3)],
        [share.targetEpoch(null), share.epoch(null)],
      ],
      streams: [
        [
          streams.member('a'),
          streams.topology(0),
          streams.epoch(2),
          streams.targetEpoch(2),
          streams.current('a', { epoch: 2 }),
        ],
        [streams.current('a', null), streams.member('a', null), streams.epoch(3)],
        [streams.targetEpoch(null), streams.epoch(null), streams.topology(null)],
      ],
    } as const
    for (const [kind, [first, empty, gone]] of Object.entries(kinds)) {
      const p = partition()
      p.plain(classicOf('g', 7, [m('x', [0])]))
      p.plain(classicOf('g', 8))
      const there = p.plain(classicOf('g', null), ...first)
      expect(there.map(({ type }) => type)).toEqual([
        'group-migrated',
        'group-revived',
        'member-joined',
        'rebalance-started',
        'rebalance',
      ])
      expect(dataOf(there, 'group-migrated')).toMatchObject([{ from: 'classic', to: kind }])
      expect(types(p.plain(...empty))).toEqual(['member-left', 'group-emptied'])
      const back = p.plain(...gone, classicOf('g', 0))
      expect(back.map(({ type, data }) => [type, data])).toEqual([
        ['group-migrated', { from: kind, to: 'classic', epoch: 0 }],
      ])
    }
  })

  it('is none where the offsets were deleted in the same transition: one group ended, and another began', () => {
    const p = partition()
    p.plain(classicOf('g', 7), commit)
    const events = p.plain(commitOf('g', 'orders', 0, null), classicOf('g', null), ...consumerWith('g', 2, 'a'))
    expect(types(events)).toEqual([
      'offset-deleted',
      'group-deleted',
      'group-created',
      'member-joined',
      'rebalance-started',
      'rebalance',
    ])
  })

  it('is one where an offset was deleted after it, in the same batch', () => {
    const p = partition()
    p.plain(classicOf('g', 7, [m('a', [0])]), commit)
    const events = p.plain(classicOf('g', null), ...consumerWith('g', 8, 'a'), commitOf('g', 'orders', 0, null))
    expect(types(events)).toEqual(['group-migrated', 'rebalance-started', 'rebalance', 'offset-deleted'])
    expect(dataOf(events, 'offset-deleted')).toMatchObject([{ cause: 'unknown' }])
  })
})

describe('a group that history shows without members', () => {
  it('was emptied where it has an epoch, whatever came first', () => {
    const histories: readonly (readonly (readonly TestRecord[])[])[] = [
      [[classicOf('g', 2)]],
      [[commit], [classicOf('g', 2)]],
      [[commit], [classicOf('g', 1, [m('b', [0])])], [classicOf('g', 2)]],
      [[commit], [g.epoch(4)]],
      [[commit], [classicOf('g', null)], [g.epoch(4), g.targetEpoch(3)]],
      [[shareRecords('g').epoch(6)]],
      [[streamsRecords('g').epoch(6)], [streamsRecords('g').topology(0)]],
    ]
    for (const history of histories) {
      const p = told(...history)
      const kind = p.view('g')?.groupType
      const events =
        kind === 'classic'
          ? p.plain(classicOf('g', 3, [m('a', [0])]))
          : kind === 'share'
            ? p.plain(shareRecords('g').member('a'), shareRecords('g').epoch(7))
            : kind === 'streams'
              ? p.plain(streamsRecords('g').member('a'), streamsRecords('g').epoch(7))
              : p.plain(g.member('a'), g.epoch(5))
      expect(events[0]?.type).toBe('group-revived')
      expect(dataOf(events, 'group-revived')).toEqual([{ emptyForMs: null }])
    }
  })

  it('never had any where its generation is 0, or where it is simple, as far as is known', () => {
    const emptied = [[classicOf('g', 3, [m('b', [0])])], [classicOf('g', 0)]]
    for (const history of [[[classicOf('g', 0)]], [[commit]], [[commit], [classicOf('g', 0)]], emptied]) {
      expect(types(told(...history).plain(classicOf('g', 1, [m('a', [0])])))).toEqual(['member-joined', 'rebalance'])
    }
  })

  it('forgets its assignor and its leader; one with members knows them', () => {
    const next = classicOf('g', 9, [m('z', [0])], { protocol: 'sticky' })
    const empty = told([classicOf('g', 1, [m('a', [0])])], [classicOf('g', 2)])
    expect(types(empty.plain(next))).toEqual(['group-revived', 'member-joined', 'rebalance'])
    const full = told([classicOf('g', 1, [m('a', [0])])])
    expect(types(full.plain(next))).toEqual([
      'member-left',
      'member-joined',
      'rebalance',
      'assignor-changed',
      'leader-changed',
    ])
  })

  it('is emptied from then on as ever', () => {
    const p = told([classicOf('g', 1, [m('a', [0])])])
    expect(types(p.plain(classicOf('g', 2)))).toEqual(['member-left', 'group-emptied'])
    p.wait(500)
    expect(dataOf(p.plain(classicOf('g', 3, [m('a', [0])])), 'group-revived')).toEqual([{ emptyForMs: 500 }])
  })
})

describe('a rebalance that is under way at the end of history', () => {
  const current = (id: string, epoch: number, partitions: readonly number[], state = 0) =>
    g.current(id, { epoch, state, assigned: partitions.length === 0 ? {} : { [orders]: partitions } })
  const unknown = { epochBefore: null, durationMs: null, moved: null, changes: null }
  const underWay = [
    [g.member('a'), g.epoch(2), g.targetEpoch(2), current('a', 2, [0, 1])],
    [g.member('b'), g.epoch(3), g.targetEpoch(3), current('b', 3, [], 2)],
  ]

  it('completes with what the records say, and null for what they do not', () => {
    const p = told(...underWay)
    p.plain(current('a', 3, [0]))
    const events = p.plain(current('b', 3, [1]))
    expect(dataOf(events, 'rebalance')).toMatchObject([{ ...unknown, epochAfter: 3, memberCount: 2, unreadable: [] }])
    p.plain(g.epoch(4), g.targetEpoch(4))
    p.wait(700)
    const next = p.plain(current('a', 4, [0, 1]), current('b', 4, []))
    expect(dataOf(next, 'rebalance')).toMatchObject([{ epochBefore: 3, epochAfter: 4, durationMs: 700, moved: 1 }])
  })

  it('the first that completes, also where another one starts before', () => {
    const p = told(...underWay)
    const started = p.plain(g.member('c'), g.epoch(4), g.targetEpoch(4), current('c', 4, [], 2))
    expect(dataOf(started, 'rebalance-started')).toEqual([{ epochBefore: 3, epochAfter: 4, seenBy: 'record' }])
    const events = p.plain(current('a', 4, [0]), current('b', 4, [1]), current('c', 4, [2]))
    expect(dataOf(events, 'rebalance')).toMatchObject([{ ...unknown, epochAfter: 4, memberCount: 3 }])
  })

  it('of share and streams groups as well', () => {
    const share = shareRecords('s')
    const streams = streamsRecords('t')
    const p = told([share.member('a'), share.epoch(5), streams.member('a'), streams.epoch(5), streams.topology(0)])
    const events = p.plain(share.current('a', { epoch: 5 }), streams.current('a', { epoch: 5 }))
    expect(dataOf(events, 'rebalance')).toMatchObject([
      { ...unknown, epochAfter: 5 },
      { ...unknown, epochAfter: 5 },
    ])
  })

  it('is none where everybody has the epoch: what moved since is known', () => {
    const p = told([g.member('a'), g.epoch(7), g.targetEpoch(7), current('a', 7, [0, 1])])
    expect(p.plain(current('a', 7, [0, 1]))).toEqual([])
    const events = p.plain(g.epoch(8), g.targetEpoch(8), current('a', 8, [0]))
    expect(dataOf(events, 'rebalance')).toMatchObject([
      { epochBefore: 7, epochAfter: 8, durationMs: 0, changes: [{ memberId: 'a', lost: [{ partitions: [1] }] }] },
    ])
  })

  it('is none of static members that are away: they come back without one', () => {
    const p = told([
      g.member('a', { instanceId: 'i' }),
      g.epoch(3),
      g.targetEpoch(3),
      g.current('a', { epoch: -2, assigned: { [orders]: [0] } }),
    ])
    const events = p.plain(
      g.current('a', null),
      g.target('a', null),
      g.member('a', null),
      g.member('b', { instanceId: 'i' }),
      g.target('b', { [orders]: [0] }),
      current('b', 3, [0]),
    )
    expect(types(events)).toEqual(['member-replaced'])
  })

  it('is over where the group empties or goes', () => {
    const p = told(...underWay)
    expect(types(p.plain(...['a', 'b'].flatMap(id => [g.current(id, null), g.member(id, null)]), g.epoch(4)))).toEqual([
      'member-left',
      'member-left',
      'group-emptied',
    ])
    const events = p.plain(...consumerWith('g', 5, 'c'))
    expect(dataOf(events, 'rebalance')).toMatchObject([{ epochBefore: 4, epochAfter: 5 }])
  })

  it('stays unknown where the group is migrated', () => {
    const p = told(...underWay)
    p.plain(...consumerGone('g', 'a', 'b'), classicOf('g', 3, [m('a', [0]), m('b', [1])]))
    const events = p.plain(classicOf('g', 4, [m('a', [0]), m('b', [1])]))
    expect(dataOf(events, 'rebalance')).toMatchObject([{ ...unknown, epochAfter: 4 }])
  })

  it('of a classic group is never one: its record is written when it completes', () => {
    const p = told([classicOf('g', 4, [m('a', [0, 1])])])
    const events = p.plain(classicOf('g', 5, [m('a', [0]), m('b', [1])]))
    expect(dataOf(events, 'rebalance')).toMatchObject([{ epochBefore: 4, epochAfter: 5, moved: 1 }])
  })
})

describe('topics at the end of history', () => {
  it('are known from the last live commit with an id, not from deleted or overwritten ones', () => {
    const next = commitWithId('g', 'orders', 2, 1, other)
    const carried = (...records: readonly TestRecord[]) => types(told([...records]).plain(next))
    expect(carried(commitWithId('g', 'orders', 0, 1, orders))).toEqual(['topic-recreated'])
    expect(carried(commitWithId('g', 'orders', 0, 1, orders), commit, commitOf('g', 'orders', 1, 1))).toEqual([])
    expect(
      carried(
        commitWithId('g', 'orders', 0, 1, orders),
        commitOf('g', 'orders', 0, null),
        commitOf('g', 'orders', 1, 1),
      ),
    ).toEqual([])
    expect(carried(commitWithId('g', 'orders', 0, 1, orders), commitWithId('g', 'orders', 1, 1, other))).toEqual([])
    expect(carried(commitWithId('g', 'orders', 1, 1, other), commitWithId('g', 'orders', 0, 1, orders))).toEqual([
      'topic-recreated',
    ])
  })

  it('have their names from live records alone', () => {
    const named = (...history: readonly (readonly TestRecord[])[]) => {
      const p = told(...history, consumerWith('g', 2, 'a'))
      return dataOf(p.plain(...consumerGone('g', 'a')), 'member-left')[0]?.held?.[0]?.topic
    }
    expect(named([commitWithId('h', 'orders', 0, 1, orders)])).toBe('orders')
    expect(named([commitWithId('h', 'orders', 0, 1, orders)], [commitOf('h', 'orders', 0, 2)])).toBeNull()
    expect(named([g.partitionMetadata({ [orders]: 'orders' })])).toBe('orders')
    expect(named([g.partitionMetadata({ [orders]: 'orders' })], [g.partitionMetadata({ [other]: 'b' })])).toBeNull()
    expect(named([shareRecords('s').statePartitions({ [orders]: 'orders' })])).toBe('orders')
    expect(
      named([shareRecords('s').statePartitions({ [orders]: 'orders' })], [shareRecords('s').statePartitions(null)]),
    ).toBeNull()
  })
})

it('a simple group without an offset is none at the end of history, nor a claim of an open transaction a group', () => {
  const p = partition({ history: true })
  p.plain(commit)
  p.plain(commitOf('g', 'orders', 0, null))
  p.pending(1n, commitOf('h', 'orders', 0, 1))
  expect(types(p.state.endHistory(0))).toEqual(['koff-caught-up'])
  expect(types(p.plain(classicOf('g', null)))).toEqual([])
  expect(types(p.plain(commit))).toEqual(['group-created'])
  expect(types(p.marker('COMMIT', 1n))).toEqual(['group-created'])
})
