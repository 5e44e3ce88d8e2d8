import { describe, expect, it } from 'vitest'
import { classicOf, commitOf } from '../batchOf.ts'
import { dataOf, classicMember as m, toldPartition as partition, types } from '../toldPartition.ts'

describe('a commit in a transaction', () => {
  it('that rewinds a group with members is reported at the marker, with its position and time', () => {
    const p = partition()
    p.plain(classicOf('g', 1, [m('a', [0])]), commitOf('g', 'orders', 0, 10))
    p.pending(1n, commitOf('g', 'orders', 0, 4))
    p.wait(60_000)
    const [rewound] = p.marker('COMMIT', 1n)
    expect(rewound).toMatchObject({
      id: '7-3-1',
      type: 'offset-rewound',
      time: p.now(),
      source: { offset: 3, timestamp: p.now() },
      data: { from: 10, to: 4 },
    })
  })

  it('does not count where a plain commit came later, whatever the marker says and when', () => {
    const p = partition()
    p.pending(1n, commitOf('g', 't', 0, 99), commitOf('g', 't', 1, 5))
    p.plain(commitOf('g', 't', 0, 7))
    expect(types(p.marker('COMMIT', 1n))).toEqual([])
    expect(p.view('g')?.offsets).toEqual({ t: { 0: 7, 1: 5 } })
  })

  it('does not count where a tombstone came later, also of a key that was never committed', () => {
    const p = partition()
    p.plain(commitOf('g', 't', 1, 1))
    p.pending(1n, commitOf('g', 't', 0, 5))
    p.plain(commitOf('g', 't', 0, null))
    expect(types(p.marker('COMMIT', 1n))).toEqual([])
    expect(p.view('g')?.offsets).toEqual({ t: { 1: 1 } })
  })

  it.each(['ABORT', 'COMMIT'] as const)(
    'of a group without a record of its own leaves nothing behind after %s',
    type => {
      const p = partition()
      p.pending(1n, commitOf('g', 't', 0, 5))
      p.plain(...(type === 'COMMIT' ? [commitOf('g', 't', 0, null)] : []))
      p.marker(type, 1n)
      expect([...p.state.groups.keys()]).toEqual([])
      expect(p.state.offsets.table.index.size).toBe(0)
    },
  )

  it('counts where the tombstone came before it', () => {
    const p = partition()
    p.plain(commitOf('g', 't', 0, 9))
    p.plain(commitOf('g', 't', 0, null))
    p.pending(1n, commitOf('g', 't', 0, 5))
    expect(types(p.marker('COMMIT', 1n))).toEqual([])
    expect(p.view('g')?.offsets).toEqual({ t: { 0: 5 } })
  })

  it('of a group that was deleted meanwhile does not bring it back, one made after that does', () => {
    const p = partition()
    p.plain(classicOf('g', 1, [m('a')]), commitOf('g', 't', 0, 9))
    p.pending(1n, commitOf('g', 't', 0, 10), commitOf('g', 't', 5, 10))
    p.plain(classicOf('g', 2))
    const deleted = p.plain(commitOf('g', 't', 0, null), commitOf('g', 't', 5, null), classicOf('g', null))
    expect(types(deleted)).toEqual(['offset-deleted', 'group-deleted'])
    p.pending(2n, commitOf('g', 't', 7, 1))
    expect(types(p.marker('COMMIT', 1n))).toEqual([])
    expect(p.view('g')).toBeUndefined()
    expect(types(p.marker('COMMIT', 2n))).toEqual(['group-created'])
    expect(p.view('g')).toMatchObject({ groupType: 'simple', offsets: { t: { 7: 1 } } })
  })

  it('of one producer, twice the same key: the last counts, once', () => {
    const p = partition({ everyCommit: true })
    p.pending(1n, commitOf('g', 't', 0, 5))
    p.pending(1n, commitOf('g', 't', 1, 1), commitOf('g', 't', 0, 3))
    const events = p.marker('COMMIT', 1n)
    expect(dataOf(events, 'offset-committed')).toMatchObject([
      { partition: 1, offset: 1, previous: null, transactional: true },
      { partition: 0, offset: 3, previous: null },
    ])
    expect(p.marker('COMMIT', 1n)).toEqual([])
  })

  it('a marker that covers several groups: ordinals run on, and count what is switched off', () => {
    const p = partition()
    p.plain(commitOf('a', 't', 0, 10), commitOf('b', 't', 0, 10), commitOf('c', 't', 0, 10))
    p.pending(1n, commitOf('c', 't', 0, 1), commitOf('a', 't', 0, 1))
    p.pending(1n, commitOf('b', 't', 0, 20), commitOf('b', 't', 1, 1))
    p.pending(1n, commitOf('d', 't', 0, 1))
    // of c and a: offset-committed, offset-rewound; of b: offset-committed twice; of d: group-created first
    expect(p.marker('COMMIT', 1n).map(event => [event.id, event.type, event.group])).toEqual([
      ['7-8-1', 'offset-rewound', 'c'],
      ['7-8-3', 'offset-rewound', 'a'],
      ['7-8-6', 'group-created', 'd'],
    ])
  })

  it('that is open delays no other, and each producer has its own', () => {
    const p = partition()
    p.pending(1n, commitOf('g', 't', 0, 5))
    p.pending(2n, commitOf('h', 't', 0, 5))
    expect(types(p.plain(classicOf('other', 1, [m('a')])))).toEqual(['group-created', 'member-joined', 'rebalance'])
    expect(types(p.marker('ABORT', 1n))).toEqual([])
    expect(p.marker('COMMIT', 2n).map(event => event.group)).toEqual(['h'])
    expect(p.view('g')).toBeUndefined()
  })

  it('begun in history counts at a marker that is news', () => {
    const p = partition({ history: true })
    p.plain(classicOf('g', 1, [m('a', [0])]), commitOf('g', 'orders', 0, 10))
    p.pending(1n, commitOf('g', 'orders', 0, 2))
    p.state.endHistory(0)
    expect(dataOf(p.marker('COMMIT', 1n), 'offset-rewound')).toMatchObject([{ from: 10, to: 2 }])
  })
})
