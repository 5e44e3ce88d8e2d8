import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { Fold } from '../../src/engine/fold.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { eventLine } from '../../src/events/ndjson.ts'
import { RecordCursor } from '../../src/kafka/records/recordCursor.ts'
import { apply } from '../../src/pipeline/apply.ts'
import { segmentFilesIn } from '../../src/sources/segment/segmentFile.ts'
import { segmentSource } from '../../src/sources/segment/segmentSource.ts'
import type { Input } from '../../src/state/input.ts'
import { encodeState, takeChanges } from '../../src/state/stored/encode.ts'
import type { StateChange, StateEntry } from '../../src/state/stored/entry.ts'
import { bytesOf, corpusLines } from '../kafka/records/corpus.ts'
import { batchOf, markerOf, type TestRecord } from '../state/batchOf.ts'
import { numbered } from '../state/stored/numbered.ts'
import { restoreInto } from '../state/stored/restoreInto.ts'
import { corpusFile, eventsOf, inputsOf, recordings } from './replay.ts'

const everything = new Map<string, Input[]>()
const everyType = new Set(eventsTypes())

beforeAll(async () => {
  for (const name of recordings) everything.set(name, await inputsOf(corpusFile(name)))
})

const recording = fc.constantFrom(...recordings)

describe('laws of the fold', () => {
  it('cut anywhere, also inside a transaction: the rest from the stored state gives the rest of the events', () => {
    fc.assert(
      fc.property(recording, fc.nat(), (name, at) => {
        const inputs = inputsFor(name)
        const cut = at % (inputs.length + 1)
        const first = newFold()
        const before = lines(inputs.slice(0, cut).flatMap(input => apply(first, input)))
        const second = restored(first)
        const after = lines(inputs.slice(cut).flatMap(input => apply(second, input)))
        expect([...before, ...after]).toEqual(lines(eventsOf(inputs, { types: everyType })))
        expect(stateOf(second)).toEqual(stateOf(foldOf(inputs)))
      }),
      { numRuns: 60 },
    )
  })

  it('a stored state read back is the same state', () => {
    fc.assert(
      fc.property(recording, fc.nat(), (name, at) => {
        const inputs = inputsFor(name)
        const fold = foldOf(inputs.slice(0, at % (inputs.length + 1)))
        expect(stateOf(restored(fold))).toEqual(stateOf(fold))
      }),
      { numRuns: 60 },
    )
  })

  it('the stored changes, applied to the stored entries, give the state', () => {
    fc.assert(
      fc.property(recording, fc.array(fc.nat({ max: 400 }), { maxLength: 12 }), (name, steps) => {
        const inputs = inputsFor(name)
        const fold = newFold()
        const stored = new Map<number, Map<string, string>>()
        let at = 0
        for (const step of [...steps, inputs.length]) {
          for (const input of inputs.slice(at, at + step)) apply(fold, input)
          at += step
          for (const partition of fold.partitions.keys()) store(fold, partition, stored)
        }
        expect(stateOf(restoredFrom(stored))).toEqual(stateOf(fold))
        for (const [partition, state] of fold.partitions) {
          const entries = [...(stored.get(partition) ?? [])].map(([key, value]) => ({ key, value }))
          expect(
            numbered(entries)
              .map(({ key }) => key)
              .sort(),
          ).toEqual(
            numbered(encodeState(state))
              .map(({ key }) => key)
              .sort(),
          )
        }
      }),
      { numRuns: 60 },
    )
  })

  it('does not matter how the partitions are interleaved', () => {
    fc.assert(
      fc.property(recording, fc.infiniteStream(fc.nat()), (name, choices) => {
        const queues = byPartition(inputsFor(name))
        const mixed: Input[] = []
        for (const choice of choices) {
          const left = queues.filter(queue => queue.length > 0)
          const next = left[choice % Math.max(1, left.length)]?.shift()
          if (next === undefined) break
          mixed.push(next)
        }
        const sorted = (inputs: readonly Input[]) => byPartition(inputs).flat()
        expect(lines(eventsOf(mixed)).sort()).toEqual(lines(eventsOf(sorted(inputsFor(name)))).sort())
      }),
      { numRuns: 20 },
    )
  })

  it('does not matter in which pieces a log is read', async () => {
    const segments = await segmentFilesIn(fileURLToPath(new URL('../corpus/segments', import.meta.url)))
    const whole = lines(eventsOf(byPartition(inputsFor('dev')).flat(), { types: everyType }))
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 100_000 }), async chunkLength => {
        const fold = newFold()
        const events: KoffEvent[] = []
        for await (const chunk of segmentSource(segments, { chunkLength }).chunks(new AbortController().signal)) {
          for (const input of chunk) events.push(...apply(fold, input))
        }
        expect(lines(events)).toEqual(whole)
      }),
      { numRuns: 12 },
    )
  })

  it('any records in any order and any batches never throw, and their state is stored, restored and continued', () => {
    const pool = [...recordings.flatMap(name => recordsOf(inputsFor(name))), ...malformed()]
    const step = fc.oneof(
      fc.record({ kind: fc.constant('plain' as const), records: fc.array(fc.nat(), { maxLength: 12 }) }),
      fc.record({
        kind: fc.constant('transactional' as const),
        producer: fc.integer({ min: 1, max: 3 }),
        records: fc.array(fc.nat(), { maxLength: 12 }),
      }),
      fc.record({
        kind: fc.constantFrom('COMMIT' as const, 'ABORT' as const),
        producer: fc.integer({ min: 1, max: 3 }),
      }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat({ max: 40 }), (steps, restart) => {
        const fold = newFold()
        let other = newFold()
        const ids = new Set<string>()
        const stored = new Map<number, Map<string, string>>()
        let baseOffset = 0
        for (const [n, at] of steps.entries()) {
          if (n === restart) other = restored(fold)
          const producerId = at.kind === 'plain' ? -1n : BigInt(at.producer)
          const picked = 'records' in at ? at.records.map(n => pool[n % pool.length] as TestRecord) : []
          const batch =
            at.kind === 'COMMIT' || at.kind === 'ABORT'
              ? markerOf(at.kind, { baseOffset, producerId })
              : batchOf(picked, { baseOffset, producerId, isTransactional: at.kind === 'transactional' })
          baseOffset = batch.lastOffset + 1
          const events = apply(fold, { kind: 'batch', batch })
          expect(lines(apply(other, { kind: 'batch', batch }))).toEqual(lines(events))
          for (const event of events) {
            expect(ids.has(event.id)).toBe(false)
            ids.add(event.id)
          }
          if (baseOffset % 3 === 0) store(fold, 0, stored)
        }
        expect(stateOf(restored(fold))).toEqual(stateOf(fold))
        store(fold, 0, stored)
        expect(stateOf(restoredFrom(stored))).toEqual(stateOf(fold))
      }),
      { numRuns: 300 },
    )
  })
})

function eventsTypes() {
  return [...new Fold({ cluster: '', history: 'none' }).types, 'offset-committed', 'leader-changed'] as const
}

function inputsFor(name: string): Input[] {
  return everything.get(name) ?? []
}

function newFold(): Fold {
  return new Fold({ cluster: '', history: 'none', types: everyType, tracksChanges: true })
}

/** As a store does: the new value of a key over the old one, null takes it away. */
function store(fold: Fold, partition: number, stored: Map<number, Map<string, string>>): void {
  const entries = stored.get(partition) ?? new Map<string, string>()
  stored.set(partition, entries)
  for (const { key, value } of takeChanges(fold.stateOf(partition))) {
    if (value === null) entries.delete(key)
    else entries.set(key, value)
  }
}

function restoredFrom(stored: Map<number, Map<string, string>>): Fold {
  return foldFrom(
    [...stored].map(([partition, entries]) => [partition, [...entries].map(([key, value]) => ({ key, value }))]),
  )
}

function foldFrom(stored: Iterable<readonly [number, Iterable<StateChange>]>): Fold {
  const fold = newFold()
  for (const [partition, entries] of stored) {
    fold.adopt(partition, restoreInto(fold.newState(partition), entries))
  }
  return fold
}

function foldOf(inputs: readonly Input[]): Fold {
  const fold = newFold()
  for (const input of inputs) apply(fold, input)
  return fold
}

/** Entries come back in any order of their keys: compaction and the order of writing decide. */
function restored(fold: Fold): Fold {
  const stored = [...fold.partitions].map(([partition, state]) => [partition, mixed(encodeState(state))] as const)
  return foldFrom(stored)
}

/** In an order that has nothing to do with how they were made. */
function mixed(entries: readonly StateEntry[]): StateEntry[] {
  const place = ({ key }: StateEntry) => createHash('md5').update(key).digest('hex')
  return entries.toSorted((a, b) => (place(a) < place(b) ? -1 : 1))
}

function stateOf(fold: Fold): string[] {
  const entries = [...fold.partitions].flatMap(([partition, state]) =>
    numbered(encodeState(state)).map(({ key, value }) => `${partition} ${key} ${value}`),
  )
  return entries.sort()
}

function lines(events: readonly Parameters<typeof eventLine>[0][]): string[] {
  return events.map(event => eventLine(event))
}

function byPartition(inputs: readonly Input[]): Input[][] {
  const queues = new Map<number, Input[]>()
  for (const input of inputs) {
    const partition = input.kind === 'batch' ? input.batch.partition : -1
    queues.set(partition, [...(queues.get(partition) ?? []), input])
  }
  return [...queues].sort(([a], [b]) => a - b).map(([, queue]) => queue)
}

/** Records of every type and version with random content, and such as Kafka would not read. */
function malformed(): TestRecord[] {
  return ['poison', 'vectors-dev'].flatMap(name =>
    corpusLines<{ readonly keyBase64?: string | null; readonly valueBase64?: string | null }>(name).map(
      ({ keyBase64 = null, valueBase64 = null }) => ({ key: bytesOf(keyBase64), value: bytesOf(valueBase64) }),
    ),
  )
}

function recordsOf(inputs: readonly Input[]): TestRecord[] {
  const cursor = new RecordCursor()
  const records: TestRecord[] = []
  for (const input of inputs) {
    if (input.kind !== 'batch' || input.batch.isControl) continue
    cursor.open(input.batch)
    while (cursor.next()) {
      const { bytes, keyStart, keyEnd, valueStart, valueEnd } = cursor
      records.push({
        key: keyStart < 0 ? null : bytes.subarray(keyStart, keyEnd),
        value: valueStart < 0 ? null : bytes.subarray(valueStart, valueEnd),
      })
    }
  }
  return records
}
