import { describe, expect, it } from 'vitest'
import { classicOf, commitOf, commitWithId } from '../batchOf.ts'
import { consumerRecords, shareRecords } from '../modernRecords.ts'
import { dataOf, classicMember as m, toldPartition as partition, types } from '../toldPartition.ts'

describe('a reset', () => {
  const emptied = () => {
    const p = partition()
    p.plain(classicOf('g', 1, [m('a', [0])]), commitOf('g', 'orders', 0, 10))
    p.plain(classicOf('g', 2))
    return p
  }

  it('is a plain commit that moves an offset of a group without members, either way', () => {
    const p = emptied()
    expect(types(p.plain(commitOf('g', 'orders', 0, 10)))).toEqual([])
    expect(dataOf(p.plain(commitOf('g', 'orders', 0, 30)), 'offset-reset')).toEqual([
      { topic: 'orders', partition: 0, from: 10, to: 30, direction: 'forward' },
    ])
    expect(dataOf(p.plain(commitOf('g', 'orders', 0, 0)), 'offset-reset')).toMatchObject([{ direction: 'backward' }])
  })

  it('is no first commit, also not after a tombstone', () => {
    const p = emptied()
    expect(types(p.plain(commitOf('g', 'orders', 1, 4)))).toEqual([])
    p.plain(commitOf('g', 'orders', 0, null))
    expect(types(p.plain(commitOf('g', 'orders', 0, 4)))).toEqual([])
  })

  it('is no transactional commit: its member may be gone before the marker', () => {
    const p = emptied()
    p.pending(1n, commitOf('g', 'orders', 0, 3))
    expect(types(p.marker('COMMIT', 1n))).toEqual([])
    expect(dataOf(p.plain(commitOf('g', 'orders', 0, 4)), 'offset-reset')).toMatchObject([{ from: 3, to: 4 }])
  })

  it('is none in a simple group, nor while there are members, suspended ones included', () => {
    const p = partition()
    p.plain(commitOf('s', 'orders', 0, 10))
    expect(types(p.plain(commitOf('s', 'orders', 0, 30)))).toEqual([])
    expect(types(p.plain(commitOf('s', 'orders', 0, 3)))).toEqual(['offset-rewound'])
    const g = consumerRecords('g')
    p.plain(
      g.member('a', { instanceId: 'i' }),
      g.epoch(2),
      g.current('a', { epoch: 2 }),
      commitOf('g', 'orders', 0, 10),
    )
    p.plain(g.current('a', { epoch: -2 }))
    expect(types(p.plain(commitOf('g', 'orders', 0, 30)))).toEqual([])
    expect(types(p.plain(commitOf('g', 'orders', 0, 3)))).toEqual(['offset-rewound'])
  })

  it('a member that commits and leaves in one batch made none', () => {
    const p = partition()
    p.plain(classicOf('g', 1, [m('a', [0])]), commitOf('g', 'orders', 0, 10))
    expect(types(p.plain(commitOf('g', 'orders', 0, 20), classicOf('g', 2)))).toEqual(['member-left', 'group-emptied'])
    p.plain(classicOf('g', 3, [m('a', [0])]))
    expect(types(p.plain(commitOf('g', 'orders', 0, 5), classicOf('g', 4)))).toEqual([
      'member-left',
      'offset-rewound',
      'group-emptied',
    ])
  })

  it('of a group whose first member joins later in the same batch is one', () => {
    const p = emptied()
    expect(types(p.plain(commitOf('g', 'orders', 0, 20), classicOf('g', 3, [m('b', [0])])))).toEqual([
      'group-revived',
      'member-joined',
      'rebalance',
      'leader-changed',
      'offset-reset',
    ])
    expect(types(p.plain(classicOf('g', 4), commitOf('g', 'orders', 0, 1)))).toEqual([
      'member-left',
      'offset-reset',
      'group-emptied',
    ])
  })
})

describe('an id of a topic', () => {
  const [a, b, none] = ['AAAAAAAAAAAAAAAAAAAAAQ', 'AAAAAAAAAAAAAAAAAAAAAg', 'AAAAAAAAAAAAAAAAAAAAAA'] as const

  it('is remembered over deleted offsets and commits without one, until the group goes', () => {
    const p = partition()
    p.plain(commitWithId('g', 't', 0, 1, a))
    p.plain(commitOf('g', 't', 0, null))
    p.plain(commitOf('g', 't', 1, 1), commitWithId('g', 't', 2, 1, none))
    expect(dataOf(p.plain(commitWithId('g', 't', 2, 1, b)), 'topic-recreated')).toEqual([
      { topic: 't', partition: 2, from: a, to: b },
    ])
    p.plain(commitOf('g', 't', 1, null), commitOf('g', 't', 2, null), classicOf('g', null))
    expect(types(p.plain(commitWithId('g', 't', 2, 1, a)))).toEqual(['group-created'])
  })

  it('belongs to one group: another group that commits to the topic has its own', () => {
    const p = partition()
    p.plain(commitWithId('g', 't', 0, 1, a), commitWithId('h', 't', 0, 1, a))
    const events = p.plain(commitWithId('g', 't', 0, 1, b), commitWithId('h', 't', 0, 1, b))
    expect(events.map(event => [event.type, event.group])).toEqual([
      ['topic-recreated', 'g'],
      ['topic-recreated', 'h'],
    ])
  })

  it('in a commit is used from then on; earlier events keep only the id', () => {
    const p = partition()
    const g = consumerRecords('g')
    const first = p.plain(g.member('a'), g.epoch(2), g.current('a', { epoch: 2, assigned: { [a]: [0] } }))
    expect(dataOf(first, 'rebalance')[0]?.changes?.[0]?.gained).toEqual([
      { topic: null, topicId: a, subtopology: null, partitions: [0] },
    ])
    p.plain(commitWithId('g', 't', 0, 1, a))
    const left = p.plain(g.current('a', null), g.member('a', null), g.epoch(3))
    expect(dataOf(left, 'member-left')[0]?.held).toEqual([
      { topic: 't', topicId: a, subtopology: null, partitions: [0] },
    ])
  })

  it('is known from the state partitions of a share group, too, which commits nothing', () => {
    const p = partition()
    const g = shareRecords('g')
    p.plain(g.member('a'), g.epoch(1), g.statePartitions({ [a]: 't' }))
    const events = p.plain(g.current('a', { epoch: 1, assigned: { [a]: [0] } }))
    expect(dataOf(events, 'rebalance')[0]?.changes?.[0]?.gained).toEqual([
      { topic: 't', topicId: a, subtopology: null, partitions: [0] },
    ])
  })
})

describe('offsets', () => {
  it('deleted in a live group: the cause is unknown', () => {
    const p = partition()
    p.plain(classicOf('g', 1, [m('a', [0])]), commitOf('g', 'orders', 0, 10))
    expect(
      dataOf(p.plain(commitOf('g', 'orders', 0, null), commitOf('g', 'orders', 9, null)), 'offset-deleted'),
    ).toEqual([{ topic: 'orders', partition: 0, lastOffset: 10, cause: 'unknown' }])
  })

  it('have the same ids as with offset-committed on', () => {
    const told = (everyCommit: boolean) => {
      const p = partition({ everyCommit })
      p.plain(commitOf('s', 'orders', 0, 10), commitOf('s', 'orders', 1, 10), commitOf('s', 'bills', 0, 10))
      const events = p.plain(
        commitOf('s', 'orders', 1, 3),
        commitOf('s', 'orders', 0, 4),
        commitOf('s', 'bills', 0, 11),
      )
      return events.filter(({ type }) => type === 'offset-rewound')
    }
    expect(told(false).map(({ id }) => id)).toEqual(['7-5-3', '7-5-4'])
    expect(told(true)).toEqual(told(false))
  })

  it('committed again unchanged mean nothing; with offset-committed on every commit has an event', () => {
    const p = partition({ everyCommit: true })
    p.plain(commitOf('g', 't', 0, 10))
    expect(dataOf(p.plain(commitOf('g', 't', 0, 10)), 'offset-committed')).toEqual([
      { topic: 't', partition: 0, offset: 10, previous: 10, metadata: '', leaderEpoch: null, transactional: false },
    ])
  })
})

describe('the time of a commit', () => {
  const timeOf = (committedAt: number) => {
    const p = partition()
    p.plain(commitOf('s', 'orders', 0, 10))
    p.wait(5_000)
    const events = p.plain(commitOf('s', 'orders', 0, 3, committedAt))
    expect(types(events)).toEqual(['offset-rewound'])
    return (events[0]?.time ?? 0) - p.now()
  }

  it('is its commitTimestamp', () => {
    expect(timeOf(1_700_000_004_900)).toBe(-100)
  })

  it('is that of the record where the commitTimestamp is 0 or below, or more than a number holds', () => {
    expect(timeOf(-1)).toBe(0)
    expect(timeOf(0)).toBe(0)
    expect(timeOf(-(2 ** 62))).toBe(0)
    expect(timeOf(2 ** 62)).toBe(0)
  })
})
