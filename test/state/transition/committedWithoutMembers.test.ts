import { describe, expect, it } from 'vitest'
import { classicOf, commitOf } from '../batchOf.ts'
import { consumerRecords } from '../modernRecords.ts'
import { classicMember as m, toldPartition as partition, types } from '../toldPartition.ts'

const minute = 60_000
const hour = 60 * minute

/** A group whose members are gone, with a first commit of partition 0 of `orders` at 10. */
function emptied() {
  const p = partition()
  p.plain(classicOf('g', 1, [m('a', [0])]), commitOf('g', 'orders', 0, 10))
  p.plain(classicOf('g', 2))
  let offset = 10
  /** The types of the events of a commit so many records further, after so many ms. */
  const commit = (by: number, waitMs = minute) => {
    p.wait(waitMs)
    offset += by
    return types(p.plain(commitOf('g', 'orders', 0, offset)))
  }
  return { ...p, commit, at: () => offset }
}

describe('a partition that is committed without members, in a group that had some', () => {
  it('is judged as one of a simple group from the third forward commit on', () => {
    const p = emptied()
    expect(p.commit(5)).toEqual(['offset-reset'])
    expect(p.commit(5)).toEqual(['offset-reset'])
    for (let n = 0; n < 100; n++) expect(p.commit(5)).toEqual([])
    expect(p.commit(-50)).toEqual(['offset-rewound'])
    expect(p.commit(5)).toEqual([])
  })

  it('is not judged so where an hour and more is between the two', () => {
    const p = emptied()
    expect(p.commit(5)).toEqual(['offset-reset'])
    expect(p.commit(5, hour + 1)).toEqual(['offset-reset'])
    expect(p.commit(5, hour)).toEqual(['offset-reset'])
    expect(p.commit(5)).toEqual([])
  })

  it('counts by the time of records, not by what commits say', () => {
    const p = emptied()
    p.plain(commitOf('g', 'orders', 0, 20, 1_600_000_000_000))
    p.wait(minute)
    p.plain(commitOf('g', 'orders', 0, 30, 1_900_000_000_000))
    p.wait(minute)
    expect(types(p.plain(commitOf('g', 'orders', 0, 40, 1_500_000_000_000)))).toEqual([])
  })

  it('counts no first commit, and no commit of the same offset', () => {
    const p = emptied()
    p.plain(commitOf('g', 'orders', 1, 1))
    expect(types(p.plain(commitOf('g', 'orders', 1, 2)))).toEqual(['offset-reset'])
    expect(types(p.plain(commitOf('g', 'orders', 1, 2)))).toEqual([])
    expect(types(p.plain(commitOf('g', 'orders', 1, 3)))).toEqual(['offset-reset'])
    expect(types(p.plain(commitOf('g', 'orders', 1, 4)))).toEqual([])
  })

  it('counts each partition by itself', () => {
    const p = emptied()
    p.commit(5)
    p.commit(5)
    p.plain(commitOf('g', 'orders', 1, 1))
    expect(types(p.plain(commitOf('g', 'orders', 1, 2)))).toEqual(['offset-reset'])
  })

  it('begins the count again with a step back', () => {
    const p = emptied()
    expect(p.commit(5)).toEqual(['offset-reset'])
    expect(p.commit(-5)).toEqual(['offset-reset'])
    expect(p.commit(5)).toEqual(['offset-reset'])
    expect(p.commit(5)).toEqual(['offset-reset'])
    expect(p.commit(5)).toEqual([])
  })

  it('counts no transactional commit', () => {
    const p = emptied()
    for (const offset of [20, 30, 40]) {
      p.pending(1n, commitOf('g', 'orders', 0, offset))
      expect(types(p.marker('COMMIT', 1n))).toEqual([])
    }
    expect(types(p.plain(commitOf('g', 'orders', 0, 50)))).toEqual(['offset-reset'])
    expect(types(p.plain(commitOf('g', 'orders', 0, 60)))).toEqual(['offset-reset'])
    expect(types(p.plain(commitOf('g', 'orders', 0, 70)))).toEqual([])
  })

  it('is an ordinary one again where no commit came for an hour', () => {
    const p = emptied()
    p.commit(5)
    p.commit(5)
    expect(p.commit(5, hour)).toEqual([])
    expect(p.commit(5, hour + 1)).toEqual(['offset-reset'])
    expect(p.commit(5)).toEqual(['offset-reset'])
    expect(p.commit(5)).toEqual([])
  })

  it('is an ordinary one again after an hour also where the same offset is committed then', () => {
    const p = emptied()
    p.commit(5)
    p.commit(5)
    expect(p.commit(0, 2 * hour)).toEqual([])
    expect(p.commit(5)).toEqual(['offset-reset'])
  })

  it('keeps that status while the same offset is committed', () => {
    const p = emptied()
    p.commit(5)
    p.commit(5)
    for (let n = 0; n < 5; n++) expect(p.commit(0, 50 * minute)).toEqual([])
    expect(p.commit(5, 50 * minute)).toEqual([])
  })

  it('is an ordinary one when a member joins, and after that', () => {
    const p = emptied()
    p.commit(5)
    p.commit(5)
    p.plain(classicOf('g', 3, [m('b', [0])]))
    expect(p.commit(-5)).toEqual(['offset-rewound'])
    p.plain(classicOf('g', 4))
    expect(p.commit(5)).toEqual(['offset-reset'])
    expect(p.commit(5)).toEqual(['offset-reset'])
    expect(p.commit(5)).toEqual([])
  })

  it('is an ordinary one after its offset was deleted', () => {
    const p = emptied()
    p.commit(5)
    p.commit(5)
    p.plain(commitOf('g', 'orders', 0, null))
    expect(p.commit(0)).toEqual([])
    expect(p.commit(5)).toEqual(['offset-reset'])
  })

  it('in a consumer group as well', () => {
    const { member, epoch, current } = consumerRecords('g')
    const p = partition()
    p.plain(member('a'), epoch(2), current('a', { epoch: 2 }), commitOf('g', 'orders', 0, 1))
    p.plain(current('a', null), member('a', null), epoch(3))
    expect(types(p.plain(commitOf('g', 'orders', 0, 2)))).toEqual(['offset-reset'])
    expect(types(p.plain(commitOf('g', 'orders', 0, 3)))).toEqual(['offset-reset'])
    expect(types(p.plain(commitOf('g', 'orders', 0, 4)))).toEqual([])
    expect(types(p.plain(commitOf('g', 'orders', 0, 3)))).toEqual(['offset-rewound'])
  })
})

describe('at the end of history', () => {
  const after = (prepare: (p: ReturnType<typeof partition>) => void) => {
    const p = partition({ history: true })
    prepare(p)
    p.state.endHistory(0)
    return (offset: number) => {
      p.wait(minute)
      return types(p.plain(commitOf('g', 'orders', 0, offset)))
    }
  }

  it('a commit after the last metadata record of a group without members is the first of two', () => {
    const commit = after(p => {
      p.plain(classicOf('g', 1, [m('a', [0])]), commitOf('g', 'orders', 0, 10))
      p.plain(classicOf('g', 2))
      p.plain(commitOf('g', 'orders', 0, 20))
    })
    expect(commit(30)).toEqual(['offset-reset'])
    expect(commit(40)).toEqual([])
  })

  it('a commit before it does not count, and earlier counts are dropped', () => {
    const commit = after(p => {
      p.plain(classicOf('g', 1))
      for (const offset of [10, 20, 30, 40]) p.plain(commitOf('g', 'orders', 0, offset))
      p.plain(classicOf('g', 1))
    })
    expect(commit(50)).toEqual(['offset-reset'])
    expect(commit(60)).toEqual(['offset-reset'])
    expect(commit(70)).toEqual([])
  })

  it('a tombstone of another kind of group is no metadata record: compaction may have removed it', () => {
    const g = consumerRecords('g')
    const commit = after(p => {
      p.plain(g.member('a'), g.epoch(1))
      p.plain(g.member('a', null), g.epoch(2))
      p.plain(commitOf('g', 'orders', 0, 20))
      p.plain(classicOf('g', null))
    })
    expect(commit(30)).toEqual(['offset-reset'])
    expect(commit(40)).toEqual([])
  })

  it('a transactional commit is not, wherever it lies', () => {
    const commit = after(p => {
      p.plain(classicOf('g', 1))
      p.pending(1n, commitOf('g', 'orders', 0, 20))
      p.marker('COMMIT', 1n)
    })
    expect(commit(30)).toEqual(['offset-reset'])
    expect(commit(40)).toEqual(['offset-reset'])
  })
})
