import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KoffEvent } from '../../src/events/envelope.ts'
import type { RecordBatch } from '../../src/kafka/records/batch.ts'
import { applyBatch } from '../../src/state/applyBatch.ts'
import { MissedTombstones } from '../../src/state/missedTombstones.ts'
import { heard, type Known } from '../engine/heard.ts'
import { classicOf, commitOf } from './batchOf.ts'
import { cleanedLog } from './cleanedLog.ts'
import { consumerWith } from './consumerGroup.ts'
import { consumerRecords, shareRecords, streamsRecords } from './modernRecords.ts'
import { type LogShape, simulatedLog, type TrueGroup } from './simulatedCluster.ts'
import { dataOf, classicMember as m, toldPartition, types } from './toldPartition.ts'

type Told = ReturnType<typeof toldPartition>

/** What ended, where the log holds no more than these batches. */
function ended({ state }: Told, log: readonly RecordBatch[] = [], firstNumber = 0): readonly KoffEvent[] {
  const missed = new MissedTombstones(state)
  for (const batch of log) missed.see(batch)
  return missed.end(firstNumber)
}

/** The batches that another partition is told, as a log. */
function logOf(tell: (told: Told) => void): RecordBatch[] {
  const batches: RecordBatch[] = []
  const told = toldPartition()
  const begin = told.state.begin.bind(told.state)
  told.state.begin = batch => {
    batches.push(batch)
    begin(batch)
  }
  tell(told)
  return batches
}

describe('keys of a state of which the log has no record any more', () => {
  it('end at the stored position, one transition a group, groups by name, numbered on', () => {
    const p = toldPartition()
    p.plain(classicOf('b', 1, [m('m1', [0])]), commitOf('b', 'orders', 0, 5))
    p.plain(commitOf('a', 't', 1, 7), commitOf('a', 't', 0, 3))
    const events = ended(p, [], 4)
    expect(events.map(({ id, group, type }) => [id, group, type])).toEqual([
      ['7-4-gone-4', 'a', 'offset-deleted'],
      ['7-4-gone-5', 'a', 'offset-deleted'],
      ['7-4-gone-6', 'a', 'group-deleted'],
      ['7-4-gone-7', 'b', 'member-left'],
      ['7-4-gone-8', 'b', 'offset-deleted'],
      ['7-4-gone-9', 'b', 'group-deleted'],
    ])
    expect(dataOf(events, 'offset-deleted').map(({ partition, cause }) => [partition, cause])).toEqual([
      [0, 'group-deleted'],
      [1, 'group-deleted'],
      [0, 'group-deleted'],
    ])
    expect(events.every(({ source }) => source.offset === 4)).toBe(true)
    expect(p.state.position).toBe(4)
    expect(p.state.groups.size).toBe(0)
  })

  it('are not those that have one, wherever it lies, be it a tombstone that is still to be read', () => {
    const log = logOf(p => {
      p.plain(classicOf('g', 1, [m('m1', [0])]), commitOf('g', 'orders', 0, 5), commitOf('g', 'orders', 1, 5))
      p.plain(commitOf('g', 'orders', 1, null))
    })
    const p = toldPartition()
    p.plain(classicOf('g', 1, [m('m1', [0])]), commitOf('g', 'orders', 0, 5), commitOf('g', 'orders', 1, 5))
    expect(ended(p, log)).toEqual([])
    expect(p.view('g')?.members).toHaveLength(1)
  })

  it('a missing offset of a live group is deleted, for an unknown reason', () => {
    const p = toldPartition()
    p.plain(classicOf('g', 1, [m('m1', [0])]), commitOf('g', 'orders', 0, 5), commitOf('g', 'orders', 1, 6))
    const log = logOf(q => q.plain(classicOf('g', 1, [m('m1', [0])]), commitOf('g', 'orders', 0, 5)))
    const events = ended(p, log)
    expect(types(events)).toEqual(['offset-deleted'])
    expect(dataOf(events, 'offset-deleted')).toEqual([
      { topic: 'orders', partition: 1, lastOffset: 6, cause: 'unknown' },
    ])
  })

  it('a missing member of a consumer group left; the group continues', () => {
    const p = toldPartition()
    const g = consumerRecords('g')
    p.plain(...consumerWith('g', 2, 'm1'))
    p.plain(g.member('m2'), g.epoch(3), g.current('m2', { epoch: 3 }))
    const log = logOf(q => q.plain(...consumerWith('g', 3, 'm1')))
    expect(types(ended(p, log))).toEqual(['member-left'])
    expect(p.view('g')?.members.map(({ id }) => id)).toEqual(['m1'])
  })

  it('groups of the other kinds are deleted with their members', () => {
    const p = toldPartition()
    const share = shareRecords('s')
    const streams = streamsRecords('t')
    p.plain(share.member('m1'), share.epoch(1), share.current('m1', { epoch: 1 }))
    p.plain(streams.member('m1'), streams.topology(0), streams.epoch(1), streams.current('m1', { epoch: 1 }))
    p.plain(...consumerWith('c', 2, 'm1'))
    const events = ended(p)
    expect(events.map(({ group, type }) => [group, type])).toEqual(
      ['c', 's', 't'].flatMap(group => [
        [group, 'member-left'],
        [group, 'group-deleted'],
      ]),
    )
  })

  it('a commit of an open transaction whose record is gone counts no more, whatever its marker says', () => {
    const p = toldPartition({ everyCommit: true })
    p.plain(commitOf('g', 't', 0, 1))
    p.pending(5n, commitOf('g', 't', 0, 2))
    const log = logOf(q => q.plain(commitOf('g', 't', 0, 9)))
    expect(ended(p, log)).toEqual([])
    expect(p.state.offsets.transactions.size).toBe(0)
    expect(p.marker('COMMIT', 5n)).toEqual([])
  })

  it('a commit of an open transaction whose record is there counts when its marker comes', () => {
    const tell = (q: Told) => {
      q.plain(commitOf('g', 't', 0, 1))
      q.pending(5n, commitOf('g', 't', 0, 2))
    }
    const p = toldPartition({ everyCommit: true })
    tell(p)
    expect(ended(p, logOf(tell))).toEqual([])
    expect(types(p.marker('COMMIT', 5n))).toEqual(['offset-committed'])
  })
})

const shape: fc.Arbitrary<LogShape> = fc.record({
  choices: fc.noBias(fc.array(fc.nat({ max: 3 * 16 * 1_000 }), { minLength: 20, maxLength: 150, size: 'max' })),
  magic: fc.constantFrom(2 as const, 2 as const, 2 as const, 1 as const, 0 as const),
})

describe('a koff that is away while the cleaner takes every tombstone', () => {
  it('ends with the true groups, whatever happened, and so does a reader of its events', () => {
    fc.assert(
      fc.property(shape, fc.nat(), (given, at) => {
        const { batches, truth } = simulatedLog(given)
        const cut = at % (batches.length + 1)
        const p = toldPartition({ everyCommit: true })
        const events = batches.slice(0, cut).flatMap(batch => applyBatch(p.state, batch))
        const log = cleanedLog(batches)
        events.push(...ended(p, log))
        const position = p.state.position
        for (const batch of log) if (batch.baseOffset >= position) events.push(...applyBatch(p.state, batch))
        const { groups, faults } = heard(events)
        expect(faults).toEqual([])
        const truly = trulyOf(truth)
        // A simple group without offsets does not exist; one that becomes another kind does so without an event.
        const isThere = ([name, { kind, offsets }]: [string, Known]) =>
          Object.keys(offsets).length > 0 || (kind === 'simple' ? (truly[name]?.kind ?? kind) : kind) !== 'simple'
        const withoutKind = (all: readonly (readonly [string, Known])[]) =>
          all.map(([name, { members, offsets }]) => [name, members, offsets])
        expect(withoutKind(Object.entries(groups).filter(isThere))).toEqual(
          withoutKind(Object.entries(truly).filter(isThere)),
        )
      }),
      { numRuns: 300 },
    )
  })
})

function trulyOf(truth: ReadonlyMap<string, TrueGroup>): Record<string, Known> {
  const known = [...truth].map(([name, { kind, members, offsets }]): [string, Known] => [
    name,
    { kind, members: [...members.keys()].toSorted(byText), offsets: Object.fromEntries(offsets) },
  ])
  return Object.fromEntries(known.toSorted(([a], [b]) => byText(a, b)))
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1
}
