import { describe, expect, it } from 'vitest'
import { classicOf, commitOf } from './batchOf.ts'
import { classicMember as m, toldPartition as partition } from './toldPartition.ts'

describe('snapshots of groups that a wider filter admits', () => {
  const told = () => {
    const p = partition()
    p.plain(commitOf('empty', 'orders', 0, 1))
    p.plain(commitOf('empty', 'orders', 0, null))
    p.plain(commitOf('simple', 'orders', 0, 1))
    p.plain(classicOf('wide', 1, [m('a')]))
    return p.state
  }

  it('are of those groups only, and their numbers continue', () => {
    const events = told().snapshots(({ name }) => name === 'wide', 3)
    expect(events.map(({ id, type, group }) => [id, type, group])).toEqual([
      ['7-3-group-snapshot-3', 'group-snapshot', 'wide'],
    ])
  })

  it('are not of a simple group without offsets, which does not exist', () => {
    expect(
      told()
        .snapshots(() => true, 0)
        .map(({ group }) => group),
    ).toEqual(['simple', 'wide'])
  })
})
