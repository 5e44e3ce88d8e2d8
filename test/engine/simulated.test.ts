import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fold } from '../../src/engine/fold.ts'
import { eventTypes } from '../../src/events/definitions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { eventLine } from '../../src/events/ndjson.ts'
import type { RecordBatch } from '../../src/kafka/records/batch.ts'
import { apply } from '../../src/pipeline/apply.ts'
import { encodeState } from '../../src/state/stored/encode.ts'
import { choiceLimit, type LogShape, type SimulatedLog, simulatedLog } from '../state/simulatedCluster.ts'
import { restoreInto } from '../state/stored/restoreInto.ts'
import { heard, type Known } from './heard.ts'

const shape: fc.Arbitrary<LogShape> = fc.record({
  choices: fc.noBias(fc.array(fc.nat({ max: choiceLimit }), { minLength: 20, maxLength: 150, size: 'max' })),
  magic: fc.constantFrom(2 as const, 2 as const, 2 as const, 1 as const, 0 as const),
})

const everyType = new Set(eventTypes)

describe('a simulated coordinator, its truth and the events of its log', () => {
  it('at the end every group has its true state', () => {
    fc.assert(
      fc.property(shape, given => {
        const { batches, truth } = simulatedLog(given)
        const fold = newFold()
        for (const batch of batches) apply(fold, { kind: 'batch', batch })
        expect(viewsOf(fold)).toEqual(listed(trulyOf(truth)))
      }),
      { numRuns: 300 },
    )
  })

  it('a reader of the events knows as much: no event is false, missing or repeated', () => {
    fc.assert(
      fc.property(shape, given => {
        const { batches, truth } = simulatedLog(given)
        const { groups, faults } = heard(told(batches))
        const truly = trulyOf(truth)
        expect(faults).toEqual([])
        for (const [name, group] of Object.entries(groups)) {
          // A simple group becomes another kind without an event, and is not called so before the next one.
          if (group.kind === 'simple') groups[name] = { ...group, kind: truly[name]?.kind ?? 'gone' }
        }
        expect(groups).toEqual(truly)
      }),
      { numRuns: 300 },
    )
  })

  it('cut anywhere, in the middle of a transaction above all, the rest from the stored state is the rest', () => {
    fc.assert(
      fc.property(shape, fc.nat(), (given, at) => {
        const { batches, openAt } = simulatedLog(given)
        const cut = openAt.length > 0 ? (openAt[at % openAt.length] ?? 0) : at % (batches.length + 1)
        const first = newFold()
        const before = batches.slice(0, cut).flatMap(batch => apply(first, { kind: 'batch', batch }))
        const second = restored(first)
        const after = batches.slice(cut).flatMap(batch => apply(second, { kind: 'batch', batch }))
        expect(lines([...before, ...after])).toEqual(lines(told(batches)))
      }),
      { numRuns: 300 },
    )
  })

  it('the logs have what a law is to be tried with', () => {
    const seen = new Map<string, number>()
    const count = (what: string) => void seen.set(what, (seen.get(what) ?? 0) + 1)
    for (const given of fc.sample(shape, { numRuns: 200, seed: 1 })) {
      const log: SimulatedLog = simulatedLog(given)
      if (log.openAt.length > 0) count('open transactions')
      for (const batch of log.batches) count(`magic ${batch.magic}`)
      if (log.batches.some((batch, i) => batch.baseOffset > (log.batches[i - 1]?.lastOffset ?? -1) + 1)) count('holes')
      for (const event of told(log.batches)) {
        count(event.type)
        if (event.type === 'group-created') count(event.groupType)
      }
    }
    const wanted = ['open transactions', 'magic 0', 'magic 1', 'magic 2', 'holes', 'simple', 'classic', 'consumer']
    const events = eventTypes.slice(eventTypes.indexOf('group-created'), eventTypes.indexOf('topic-recreated'))
    const quiet = ['member-changed', 'assignor-changed']
    for (const what of [...wanted, 'share', 'streams', ...events.filter(type => !quiet.includes(type))]) {
      expect([what, (seen.get(what) ?? 0) >= 20]).toEqual([what, true])
    }
  })
})

function newFold(): Fold {
  return new Fold({ cluster: '', history: 'none', types: everyType })
}

function told(batches: readonly RecordBatch[]): KoffEvent[] {
  const fold = newFold()
  return batches.flatMap(batch => apply(fold, { kind: 'batch', batch }))
}

function restored(fold: Fold): Fold {
  const copy = newFold()
  for (const [partition, state] of fold.partitions) {
    copy.adopt(partition, restoreInto(copy.newState(partition), encodeState(state)))
  }
  return copy
}

function lines(events: readonly KoffEvent[]): string[] {
  return events.map(eventLine)
}

function trulyOf(truth: SimulatedLog['truth']): Record<string, Known> {
  return sorted(
    [...truth].map(([name, { kind, members, offsets }]) => [
      name,
      { kind, members: [...members.keys()].sort(), offsets: Object.fromEntries(offsets) },
    ]),
  )
}

/** A simple group without any offset is not listed. */
function listed(groups: Readonly<Record<string, Known>>): Record<string, Known> {
  const isListed = ({ kind, offsets }: Known) => kind !== 'simple' || Object.keys(offsets).length > 0
  return Object.fromEntries(Object.entries(groups).filter(([, group]) => isListed(group)))
}

function viewsOf(fold: Fold): Record<string, Known> {
  return sorted(
    fold.groups().map(({ group, groupType, members, offsets }) => [
      group,
      {
        kind: groupType,
        members: members.map(({ id }) => id).sort(),
        offsets: { ...offsets['t'] } as Known['offsets'],
      },
    ]),
  )
}

function sorted(entries: readonly (readonly [string, Known])[]): Record<string, Known> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}
