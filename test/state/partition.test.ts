import { describe, expect, it } from 'vitest'
import { classicOf, commitOf, commitWithId } from './batchOf.ts'
import { consumerRecords, shareRecords, streamsRecords } from './modernRecords.ts'
import { classicMember as m, toldPartition as partition, types } from './toldPartition.ts'

describe('offsets of a partition', () => {
  it('a first commit makes a simple group; tombstones of unknown keys mean nothing', () => {
    const p = partition()
    expect(types(p.plain(commitOf('g', 't', 0, null), classicOf('g', null)))).toEqual([])
    expect(p.state.groups.size).toBe(0)
    const [created] = p.plain(commitOf('g', 't', 0, 5))
    expect(created).toMatchObject({
      id: '7-2-0',
      type: 'group-created',
      groupType: 'simple',
      data: { protocolType: null },
    })
  })

  it('a transition lies at its last record, be that the tombstone of a key not known', () => {
    const p = partition()
    p.plain(commitOf('g', 't', 0, 10), commitOf('h', 't', 0, 1))
    const events = p.plain(
      commitOf('g', 't', 0, null),
      commitOf('h', 't', 0, 0),
      commitOf('g', 't', 1, null),
      commitOf('g', 'never-seen', 2, null),
    )
    expect(events.map(({ id, type }) => [id, type])).toEqual([
      ['7-3-1', 'offset-rewound'],
      ['7-5-0', 'offset-deleted'],
    ])
    expect(p.plain(classicOf('g', null), commitOf('g', 'never-seen', 0, null))[0]?.id).toBe('7-7-0')
  })

  it('a group of which only commits were seen goes with the tombstone of whichever kind it was', () => {
    const kinds = [consumerRecords('g'), shareRecords('g'), streamsRecords('g')]
    for (const tombstone of [classicOf('g', null), ...kinds.map(kind => kind.epoch(null))]) {
      const p = partition()
      p.plain(commitOf('g', 't', 0, 10))
      expect(types(p.plain(commitOf('g', 't', 0, null), tombstone))).toEqual(['offset-deleted', 'group-deleted'])
      expect(p.state.groups.size).toBe(0)
    }
  })

  it('the net effect of a batch counts, also where a key occurs twice', () => {
    const p = partition()
    p.plain(commitOf('g', 't', 0, 10))
    expect(types(p.plain(commitOf('g', 't', 0, 5), commitOf('g', 't', 0, 20)))).toEqual([])
    expect(types(p.plain(commitOf('g', 't', 0, null), commitOf('g', 't', 0, 21)))).toEqual([])
    const [rewound] = p.plain(commitOf('g', 't', 0, 30), commitOf('g', 't', 0, 3))
    expect(rewound).toMatchObject({
      type: 'offset-rewound',
      id: '7-6-1',
      data: { from: 21, to: 3 },
      time: 1_700_000_000_500,
    })
  })

  it('ids do not depend on which types are wanted', () => {
    const [quiet, all] = [partition(), partition({ everyCommit: true })].map(p => {
      p.plain(commitOf('g', 't', 0, 10), commitOf('g', 't', 1, 10))
      return p.plain(commitOf('g', 't', 0, 11), commitOf('g', 't', 1, 9))
    })
    expect(quiet).toEqual([all?.find(event => event.type === 'offset-rewound')])
    expect(types(all ?? [])).toEqual(['offset-committed', 'offset-committed', 'offset-rewound'])
  })

  it('int64 beyond 2^53 keeps its value', () => {
    const p = partition()
    p.plain(commitOf('g', 't', 0, 2n ** 60n + 1n))
    expect(types(p.plain(commitOf('g', 't', 0, 2n ** 60n + 2n)))).toEqual([])
    const [rewound] = p.plain(commitOf('g', 't', 0, 2n ** 60n + 1n))
    expect(rewound?.data).toMatchObject({ from: 2n ** 60n + 2n, to: 2n ** 60n + 1n })
    const [deleted] = p.plain(commitOf('g', 't', 0, null))
    expect(deleted?.data).toMatchObject({ lastOffset: 2n ** 60n + 1n, cause: 'unknown' })
  })

  it('a commit timestamp beyond a safe integer is not a time: the time of the record counts', () => {
    const p = partition()
    p.plain(commitOf('g', 't', 0, 10, 2 ** 60))
    const [rewound] = p.plain(commitOf('g', 't', 0, 9, -(2 ** 60)))
    expect(rewound).toMatchObject({ type: 'offset-rewound', time: p.now() })
    expect(p.state.offsets.table.times[0]).toBe(p.now())
  })

  it('a group without members that is not simple: any other offset is a reset, a first one is not', () => {
    const p = partition()
    p.plain(classicOf('g', 1, [m('a', [0])]), commitOf('g', 'orders', 0, 10))
    p.plain(classicOf('g', 2))
    expect(types(p.plain(commitOf('g', 'orders', 1, 4)))).toEqual([])
    expect(types(p.plain(commitOf('g', 'orders', 0, 10)))).toEqual([])
    const events = p.plain(commitOf('g', 'orders', 0, 25), commitOf('g', 'orders', 1, 0))
    expect(events.map(event => event.data)).toMatchObject([
      { from: 10, to: 25, direction: 'forward' },
      { from: 4, to: 0, direction: 'backward' },
    ])
  })

  it('a topic with another id was recreated: once a topic and transition, remembered over deleted offsets', () => {
    const p = partition()
    const [a, b] = ['AAAAAAAAAAAAAAAAAAAAAQ', 'AAAAAAAAAAAAAAAAAAAAAg'] as const
    p.plain(commitWithId('g', 't', 0, 1, a), commitWithId('g', 't', 1, 1, a))
    p.plain(commitOf('g', 't', 0, null), commitOf('g', 't', 1, null))
    const events = p.plain(commitWithId('g', 't', 1, 1, b), commitWithId('g', 't', 0, 1, b))
    expect(events.map(event => event.data)).toEqual([{ topic: 't', partition: 1, from: a, to: b }])
    expect(types(p.plain(commitWithId('g', 't', 1, 2, a), commitWithId('g', 't', 1, 3, b)))).toEqual([])
    p.plain(commitOf('g', 't', 0, null), commitOf('g', 't', 1, null), classicOf('g', null))
    expect(types(p.plain(commitWithId('g', 't', 0, 1, a)))).toEqual(['group-created'])
  })
})

describe('transactions', () => {
  it('commits count at COMMIT, never after ABORT, and delay no other group', () => {
    const p = partition()
    expect(types(p.pending(1n, commitOf('g', 't', 0, 5)))).toEqual([])
    expect(types(p.plain(commitOf('other', 't', 0, 1)))).toEqual(['group-created'])
    const [created] = p.marker('COMMIT', 1n)
    expect(created).toMatchObject({ id: '7-2-0', type: 'group-created', group: 'g', source: { offset: 2 } })
    p.pending(1n, commitOf('g', 't', 0, 1))
    expect(types(p.marker('ABORT', 1n))).toEqual([])
    expect(types(p.marker('COMMIT', 1n))).toEqual([])
    const table = p.state.offsets.table
    expect([...table.rows()].map(row => table.offsetOf(row))).toContain(5)
  })

  it('of a plain and a transactional commit the one with the higher position counts, whenever the marker comes', () => {
    const p = partition()
    p.plain(commitOf('g', 't', 0, 10))
    p.pending(1n, commitOf('g', 't', 0, 3))
    p.plain(commitOf('g', 't', 0, 11))
    expect(types(p.marker('COMMIT', 1n))).toEqual([])
    p.pending(1n, commitOf('g', 't', 0, 2))
    expect(types(p.marker('COMMIT', 1n))).toEqual(['offset-rewound'])
  })

  it('of two producers the later record wins, not the later marker', () => {
    const p = partition()
    p.plain(commitOf('g', 't', 0, 10))
    p.pending(1n, commitOf('g', 't', 0, 4))
    p.pending(2n, commitOf('g', 't', 0, 12))
    expect(types(p.marker('COMMIT', 2n))).toEqual([])
    expect(types(p.marker('COMMIT', 1n))).toEqual([])
  })

  it('a tombstone ends the claims on its key; a deleted group stays deleted', () => {
    const p = partition()
    p.plain(commitOf('g', 't', 0, 10))
    p.pending(1n, commitOf('g', 't', 0, 12), commitOf('g', 't', 1, 12))
    // Brokers write a tombstone for what is only claimed, too.
    const deleted = p.plain(commitOf('g', 't', 0, null), commitOf('g', 't', 1, null), classicOf('g', null))
    expect(types(deleted)).toEqual(['offset-deleted', 'group-deleted'])
    expect(types(p.marker('COMMIT', 1n))).toEqual([])
    expect(p.state.groups.size).toBe(0)
  })

  it('a claim without a tombstone of its own is alive, whatever became of its group', () => {
    const p = partition()
    p.plain(commitOf('g', 't', 0, 10))
    p.pending(1n, commitOf('g', 't', 1, 12))
    p.plain(commitOf('g', 't', 0, null), classicOf('g', null))
    expect(types(p.marker('COMMIT', 1n))).toEqual(['group-created'])
    expect(p.view('g')?.offsets).toEqual({ t: { 1: 12 } })
  })

  it('the groups of one marker share its position: their ordinals run on', () => {
    const p = partition()
    p.pending(1n, commitOf('a', 't', 0, 1), commitOf('b', 't', 0, 1))
    expect(p.marker('COMMIT', 1n).map(event => event.id)).toEqual(['7-2-0', '7-2-2'])
  })
})

describe('classic groups', () => {
  it('a life: join, second member, static return, leave, emptied, revived, deleted', () => {
    const p = partition()
    expect(types(p.plain(classicOf('g', 0)))).toEqual(['group-created'])
    expect(types(p.plain(classicOf('g', 1, [m('a', [0, 1], 'i')])))).toEqual(['member-joined', 'rebalance'])
    const events = p.plain(classicOf('g', 2, [m('b', [1]), m('a', [0], 'i')], { leader: 'a' }))
    expect(types(events)).toEqual(['member-joined', 'rebalance'])
    expect(events[1]?.data).toMatchObject({ epochBefore: 1, epochAfter: 2, moved: 1, memberCount: 2 })
    expect(types(p.plain(classicOf('g', 2, [m('b', [1]), m('a2', [0], 'i')], { leader: 'a2' })))).toEqual([
      'member-replaced',
    ])
    const left = p.plain(classicOf('g', 3, [m('a2', [0, 1], 'i')]))
    expect(types(left)).toEqual(['member-left', 'rebalance'])
    // Nothing moved to the member that only changed its id: it gained what the leaver held
    expect(left[1]?.data).toMatchObject({
      changes: [{ memberId: 'a2', gained: [{ partitions: [1] }] }, { memberId: 'b' }],
    })
    expect(types(p.plain(classicOf('g', 4)))).toEqual(['member-left', 'group-emptied'])
    p.wait(5_000)
    const revived = p.plain(classicOf('g', 5, [m('c', [0, 1])]))
    expect(types(revived)).toEqual(['group-revived', 'member-joined', 'rebalance', 'leader-changed'])
    expect(revived[0]?.data).toEqual({ emptyForMs: 5_000 })
    expect(revived[2]?.data).toMatchObject({ epochBefore: 4, epochAfter: 5 })
    expect(types(p.plain(commitOf('g', 'orders', 0, 3)))).toEqual([])
    const deleted = p.plain(commitOf('g', 'orders', 0, null), classicOf('g', null))
    expect(types(deleted)).toEqual(['member-left', 'offset-deleted', 'group-deleted'])
    expect(deleted[2]?.data).toEqual({ lastEpoch: 5, offsetsDeleted: 1 })
  })

  it('another assignor or subscription is said; a mere repetition is not', () => {
    const p = partition()
    p.plain(classicOf('g', 1, [m('a')], { protocol: 'range' }))
    expect(types(p.plain(classicOf('g', 1, [m('a')], { protocol: 'range' })))).toEqual([])
    const events = p.plain(classicOf('g', 2, [{ ...m('a'), topics: ['orders', 'bills'] }], { protocol: 'sticky' }))
    expect(types(events)).toEqual(['member-changed', 'rebalance', 'assignor-changed'])
    expect(
      types(p.plain(classicOf('g', 3, [{ ...m('a'), topics: ['bills', 'orders'] }], { protocol: 'sticky' }))),
    ).toEqual(['rebalance'])
  })

  it('a simple group that gets members changes its kind without an event', () => {
    const p = partition()
    p.plain(commitOf('g', 'orders', 0, 1))
    const events = p.plain(classicOf('g', 1, [m('a', [0])]))
    expect(types(events)).toEqual(['member-joined', 'rebalance'])
    expect(events[0]?.groupType).toBe('classic')
  })

  it('two groups in one batch are two transitions, in the order of their last records', () => {
    const p = partition()
    const events = p.plain(classicOf('b', 0), classicOf('a', 0), commitOf('b', 't', 0, 1))
    expect(events.map(event => [event.group, event.id])).toEqual([
      ['a', '7-1-0'],
      ['b', '7-2-0'],
    ])
  })
})

describe('history and what cannot be read', () => {
  it('history makes state and no events; at its end every live group is shown once', () => {
    const p = partition({ history: true })
    expect(p.plain(classicOf('g', 1, [m('a', [0])]), commitOf('g', 'orders', 0, 3), commitOf('s', 't', 0, 1))).toEqual(
      [],
    )
    expect(p.plain(commitOf('s', 't', 0, null), classicOf('s', null))).toEqual([])
    const events = p.state.endHistory(0)
    expect(events.map(event => [event.id, event.group])).toEqual([
      ['7-4-group-snapshot-0', 'g'],
      ['7-4-koff-caught-up-0', ''],
    ])
    expect(events[0]?.data).toMatchObject({
      epoch: 1,
      committedOffsets: 1,
      members: [{ id: 'a', held: [{ partitions: [0] }] }],
    })
    expect(p.state.endHistory(0)).toEqual([])
    expect(types(p.plain(commitOf('g', 'orders', 0, 1)))).toEqual(['offset-rewound'])
  })

  it('a group that history shows without members at an epoch was emptied, when is not known', () => {
    const p = partition({ history: true })
    const g = consumerRecords('c')
    p.plain(classicOf('g', 4), g.epoch(7), classicOf('new', 0))
    // An epoch that is there before its members, as compaction leaves it.
    const h = consumerRecords('h')
    p.plain(h.epoch(3))
    p.plain(h.member('a'), h.current('a', { epoch: 3 }))
    p.state.endHistory(0)
    p.wait(2_000)
    const events = p.plain(
      classicOf('g', 5, [m('a', [0])]),
      g.member('b'),
      g.epoch(8),
      classicOf('new', 1, [m('a', [0])]),
      h.member('b'),
      h.epoch(4),
    )
    const revived = events.filter(({ type }) => type === 'group-revived')
    expect(revived.map(({ group, data }) => [group, data])).toEqual([
      ['g', { emptyForMs: null }],
      ['c', { emptyForMs: null }],
    ])
  })

  it('a record that Kafka could not read is reported with its bytes, and the others count', () => {
    const p = partition()
    const events = p.plain({ key: Buffer.from([0, 99]), value: Buffer.from([1]) }, commitOf('g', 't', 0, 1))
    expect(types(events)).toEqual(['koff-undecodable', 'group-created'])
    expect(events[0]).toMatchObject({ id: '7-0-koff-undecodable-0', data: { typeId: 99, key: 'AGM=', value: 'AQ==' } })
  })

  it('a record that Kafka could not read has its group, where the key can be read, and the kind of that', () => {
    const p = partition()
    p.plain(classicOf('known', 1, [m('a', [0])]))
    const badValue = Buffer.from([0x7f, 0xff])
    const c = consumerRecords('c')
    const events = p.plain(
      { ...commitOf('known', 't', 0, 1), value: badValue },
      { ...commitOf('other', 't', 0, 1), value: badValue },
      { ...c.member('a'), value: badValue },
      { ...shareRecords('s').epoch(1), value: badValue },
      { ...streamsRecords('t').epoch(1), value: badValue },
      { ...classicOf('k', 1), value: badValue },
      { key: c.member('a').key?.subarray(0, -1) ?? null, value: null },
      { key: null, value: badValue },
    )
    expect(events.map(({ type, group, groupType }) => [type, group, groupType])).toEqual([
      ['koff-undecodable', 'known', 'classic'],
      ['koff-undecodable', 'other', 'unknown'],
      ['koff-undecodable', 'c', 'consumer'],
      ['koff-undecodable', 's', 'share'],
      ['koff-undecodable', 't', 'streams'],
      ['koff-undecodable', 'k', 'classic'],
      ['koff-undecodable', '', 'unknown'],
      ['koff-undecodable', '', 'unknown'],
    ])
  })
})
