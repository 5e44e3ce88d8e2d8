import { describe, expect, it } from 'vitest'
import type { KoffEvent } from '../../../src/events/envelope.ts'
import { classicOf, commitOf, commitWithId, type TestRecord } from '../batchOf.ts'
import { consumerRecords, streamsRecords } from '../modernRecords.ts'
import { classicMember as m, toldPartition as partition, types } from '../toldPartition.ts'

const id = 'AAAAAAAAAAAAAAAAAAAAAQ'
const { epoch, member, current } = consumerRecords('g')

function severities(events: readonly KoffEvent[]): string[] {
  return events.flatMap(event => (event.type === 'offset-rewound' ? [event.severity] : []))
}

/** Partition 0 of `orders` is committed at 10; then come these batches; then it is committed at 5. */
function rewoundAfter(first: readonly TestRecord[], ...batches: readonly (readonly TestRecord[])[]): string[] {
  const p = partition()
  p.names.learn(id, 'orders')
  p.plain(...first)
  p.plain(commitOf('g', 'orders', 0, 10))
  for (const batch of batches) p.plain(...batch)
  return severities(p.plain(commitOf('g', 'orders', 0, 5)))
}

const classic = (generation: number, ...members: ReturnType<typeof m>[]) => [classicOf('g', generation, members)]

describe('an offset that is rewound is news of no weight where the partition changed its owner since the commit before', () => {
  it('in a classic group, by a generation that gives it to another member', () => {
    expect(rewoundAfter(classic(1, m('a', [0]), m('b', [1])), classic(2, m('a', [1]), m('b', [0])))).toEqual(['info'])
  })

  it('also where the same member has it again, or no member', () => {
    const taken = classic(2, m('a', []), m('b', [1]))
    expect(rewoundAfter(classic(1, m('a', [0])), taken, classic(3, m('a', [0]), m('b', [1])))).toEqual(['info'])
    expect(rewoundAfter(classic(1, m('a', [0])), taken)).toEqual(['info'])
  })

  it('in a consumer group, by the record that gives it to another member', () => {
    const a = [member('a'), epoch(2), current('a', { epoch: 2, assigned: { [id]: [0, 1] } })]
    const joined = [
      member('b'),
      epoch(3),
      current('a', { epoch: 2, state: 1, assigned: { [id]: [1] }, revoking: { [id]: [0] } }),
    ]
    const revoked = [current('a', { epoch: 3, assigned: { [id]: [1] } })]
    const given = [current('b', { epoch: 3, assigned: { [id]: [0] } })]
    expect(rewoundAfter(a, joined, revoked, given)).toEqual(['info'])
    expect(rewoundAfter(a, joined)).toEqual(['warn'])
  })

  it('by a migration that gives it to another member, although one kind names topics and the other ids', () => {
    const to = (owner: string) => [
      classicOf('g', null),
      member('a'),
      member('b'),
      epoch(2),
      ...['a', 'b'].map(of => current(of, { epoch: 2, assigned: of === owner ? { [id]: [0] } : {} })),
    ]
    expect(rewoundAfter(classic(1, m('a', [0]), m('b', [])), to('b'))).toEqual(['info'])
    expect(rewoundAfter(classic(1, m('a', [0]), m('b', [])), to('a'))).toEqual(['warn'])
  })

  it('by a rebalance in a group with unknown owners', () => {
    const streams = streamsRecords('g')
    const settled = (number: number, tasks: readonly number[]) => [
      streams.epoch(number),
      streams.current('a', { epoch: number, assigned: { s: tasks } }),
    ]
    expect(rewoundAfter([streams.member('a'), ...settled(2, [0])], settled(3, [1]))).toEqual(['info'])
    expect(rewoundAfter([streams.member('a'), ...settled(2, [0])], settled(3, [0]))).toEqual(['warn'])
    const unreadable = (number: number) => [classicOf('g', number, [{ id: 'a', assignment: Buffer.from([0]) }])]
    expect(rewoundAfter(unreadable(1), unreadable(2))).toEqual(['info'])
  })

  it('by a record of the same batch before the commit', () => {
    const p = partition()
    p.plain(...classic(1, m('a', [0])))
    p.plain(commitOf('g', 'orders', 0, 10))
    expect(severities(p.plain(...classic(2, m('b', [0])), commitOf('g', 'orders', 0, 5)))).toEqual(['info'])
    expect(severities(p.plain(commitOf('g', 'orders', 0, 4), ...classic(3, m('a', [0]))))).toEqual(['warn'])
    expect(severities(p.plain(commitOf('g', 'orders', 0, 3)))).toEqual(['info'])
  })

  it('and it is so for a transactional commit', () => {
    const p = partition()
    p.plain(...classic(1, m('a', [0])), commitOf('g', 'orders', 0, 10))
    p.plain(...classic(2, m('b', [0])))
    p.pending(1n, commitOf('g', 'orders', 0, 5))
    expect(severities(p.marker('COMMIT', 1n))).toEqual(['info'])
    p.pending(1n, commitOf('g', 'orders', 0, 4))
    expect(severities(p.marker('COMMIT', 1n))).toEqual(['warn'])
  })
})

describe('an offset that is rewound is a warning', () => {
  it('where no other member got the partition', () => {
    expect(rewoundAfter(classic(1, m('a', [0])))).toEqual(['warn'])
    expect(rewoundAfter(classic(1, m('a', [0])), classic(2, m('a', [0]), m('b', [1])))).toEqual(['warn'])
  })

  it('where a static member came back under another id', () => {
    const p = [classic(1, m('a', [0], 'i')), classic(1, m('b', [0], 'i'))] as const
    expect(rewoundAfter(...p)).toEqual(['warn'])
  })

  it('where the new owner has committed since', () => {
    const p = partition()
    p.plain(...classic(1, m('a', [0])), commitOf('g', 'orders', 0, 10))
    p.plain(...classic(2, m('b', [0])))
    expect(types(p.plain(commitOf('g', 'orders', 0, 11)))).toEqual([])
    expect(severities(p.plain(commitOf('g', 'orders', 0, 5)))).toEqual(['warn'])
  })

  it('in a simple group', () => {
    const p = partition()
    p.plain(commitOf('g', 'orders', 0, 10))
    expect(severities(p.plain(commitOf('g', 'orders', 0, 5)))).toEqual(['warn'])
  })
})

describe('at the end of history', () => {
  const rewound = (prepare: (p: ReturnType<typeof partition>) => void) => {
    const p = partition({ history: true })
    prepare(p)
    p.state.endHistory(0)
    return severities(p.plain(commitOf('g', 'orders', 0, 5)))
  }
  const commit = () => commitWithId('g', 'orders', 0, 10, id)

  it('a partition whose last commit lies before the record that assigns it counts as one that changed its owner', () => {
    const same = (p: ReturnType<typeof partition>) => p.plain(...classic(2, m('a', [0])))
    expect(rewound(p => (p.plain(...classic(1, m('a', [0])), commit()), same(p)))).toEqual(['info'])
    expect(rewound(p => (same(p), p.plain(commit())))).toEqual(['warn'])
    const assigned = () => current('a', { epoch: 2, assigned: { [id]: [0] } })
    expect(rewound(p => p.plain(member('a'), epoch(2), commit(), assigned()))).toEqual(['info'])
    expect(rewound(p => p.plain(member('a'), epoch(2), assigned(), commit()))).toEqual(['warn'])
  })

  it('one that no record assigns does not, whatever history held', () => {
    expect(rewound(p => (p.plain(commit(), ...classic(1, m('a', [0]))), p.plain(...classic(2, m('a', [1])))))).toEqual([
      'warn',
    ])
    const history = (p: ReturnType<typeof partition>) => {
      p.plain(commit(), member('a'), epoch(2), current('a', { epoch: 2, assigned: { [id]: [0] } }))
      p.plain(current('a', { epoch: 2, assigned: { [id]: [1] } }))
    }
    expect(rewound(history)).toEqual(['warn'])
  })

  it('in a group with unknown owners, a partition committed before its metadata record did', () => {
    const streams = streamsRecords('g')
    const records = [streams.member('a'), streams.epoch(2), streams.current('a', { epoch: 2 })]
    expect(rewound(p => p.plain(commit(), ...records))).toEqual(['info'])
    expect(rewound(p => p.plain(...records, commit()))).toEqual(['warn'])
  })
})
