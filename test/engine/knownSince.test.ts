import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KnownSince } from '../../src/engine/knownSince.ts'
import type { RecordBatch } from '../../src/kafka/records/batch.ts'
import { encodeRecords } from '../../src/kafka/records/encodeRecords.ts'
import type { Input } from '../../src/state/input.ts'
import { batchOf, commitOf, markerOf } from '../state/batchOf.ts'

const minute = 60_000
/** Minute 0 of every log here. */
const start = 1_764_000_000_000
const at = (minutes: number) => start + minutes * minute

/** One commit in a batch of its own, at the minute of its offset unless given. */
function commit(offset: number, group: string, options: Partial<RecordBatch> & { minutes?: number } = {}): Input {
  const { minutes = offset, ...more } = options
  const batch = batchOf([commitOf(group, 'orders', 0, offset)], { baseOffset: offset, timestamp: at(minutes) })
  return { kind: 'batch', batch: { ...batch, ...more } }
}

/** A batch of several commits, of which only those of `kept` are left. */
function compacted(baseOffset: number, groups: readonly string[], kept: readonly number[]): Input {
  const timestamp = at(baseOffset)
  const whole = batchOf(
    groups.map(group => commitOf(group, 'orders', 0, 1)),
    { baseOffset, timestamp },
  )
  const records = kept.map(offset => ({
    ...commitOf(groups[offset - baseOffset] ?? '', 'orders', 0, 1),
    offset,
    timestamp,
    headers: [],
  }))
  const bytes = encodeRecords(records, { offset: baseOffset, timestamp })
  return { kind: 'batch', batch: { ...whole, recordCount: kept.length, bytes, start: 0, end: bytes.length } }
}

const marker = (offset: number, type: 'COMMIT' | 'ABORT', producerId = 1n): Input => ({
  kind: 'batch',
  batch: markerOf(type, { baseOffset: offset, producerId, timestamp: at(offset) }),
})

const position = (next: number, { partition = 0, minutes = 1_000 } = {}): Input => ({
  kind: 'position',
  partition,
  position: next,
  logEnd: next,
  timestamp: at(minutes),
})

function read(inputs: readonly Input[]): KnownSince {
  const known = new KnownSince()
  for (const input of inputs) known.take(input)
  return known
}

/** Minute from which partition 0 knows; null: it always knew. */
function since(...inputs: Input[]): number | null {
  const [cut] = read(inputs).unknownAt(0)
  return cut === undefined ? null : (cut.since - start) / minute
}

describe('a log that begins at offset 0 and has no gap', () => {
  it('knows every time, however often a key occurs', () => {
    expect(since(commit(0, 'a'), commit(1, 'b'), commit(2, 'a'))).toBeNull()
  })

  it('is whole with markers of transactions and batches of several records in it', () => {
    expect(since(compacted(0, ['a', 'b'], [0, 1]), marker(2, 'COMMIT'), marker(3, 'ABORT'))).toBeNull()
  })

  it('may be empty', () => {
    expect(since(position(0))).toBeNull()
  })

  it('also knows the time at which a live source was read to its end', () => {
    expect(since(position(0), commit(0, 'a'), position(1))).toBeNull()
  })
})

describe('a log that begins later', () => {
  it('knows from the first record whose key occurred before', () => {
    expect(since(commit(5, 'a'), commit(6, 'b'), commit(7, 'b'), commit(8, 'a'))).toBe(7)
  })

  it('knows from its last record where no key occurs twice', () => {
    expect(since(commit(5, 'a'), commit(6, 'b'))).toBe(6)
  })

  it('knows from the marker where that is the last record', () => {
    expect(since(commit(5, 'a'), marker(6, 'COMMIT'))).toBe(6)
  })

  it('knows a key by its bytes: the same group with another partition is another key', () => {
    const other: Input = {
      kind: 'batch',
      batch: batchOf([commitOf('a', 'orders', 1, 1)], { baseOffset: 6, timestamp: at(6) }),
    }
    expect(since(commit(5, 'a'), other, commit(7, 'c'))).toBe(7)
  })

  it('does not take the keys of markers for keys', () => {
    expect(since(commit(5, 'a'), marker(6, 'COMMIT'), marker(7, 'COMMIT'), commit(8, 'b'))).toBe(8)
  })

  it('counts a key that occurs twice in one batch', () => {
    expect(since(compacted(5, ['a', 'a'], [5, 6]), commit(7, 'b'))).toBe(5)
  })

  it('counts a tombstone as an occurrence of its key', () => {
    const tombstone: Input = {
      kind: 'batch',
      batch: batchOf([commitOf('a', 'orders', 0, null)], { baseOffset: 6, timestamp: at(6) }),
    }
    expect(since(commit(5, 'a'), tombstone, commit(7, 'b'))).toBe(6)
  })
})

describe('a log with gaps', () => {
  it('does not count a key that occurred twice before the gap', () => {
    expect(since(commit(0, 'a'), commit(1, 'a'), commit(3, 'b'), commit(4, 'c'))).toBe(4)
  })

  it('counts a key of before the gap that occurs again after it', () => {
    expect(since(commit(0, 'a'), commit(3, 'b'), commit(4, 'a'), commit(5, 'c'))).toBe(4)
    expect(since(commit(0, 'a'), commit(3, 'a'), commit(4, 'b'))).toBe(3)
  })

  it('counts from the last of several gaps', () => {
    expect(since(commit(1, 'a'), commit(2, 'a'), commit(4, 'a'), commit(6, 'b'), commit(7, 'b'))).toBe(7)
  })

  it('has one where a batch lost its first, its middle or its last record', () => {
    expect(since(compacted(0, ['a', 'b', 'c'], [1, 2]), commit(3, 'd'))).toBe(3)
    expect(since(compacted(0, ['a', 'b', 'c'], [0, 2]), commit(3, 'd'), commit(4, 'd'))).toBe(4)
    expect(since(compacted(0, ['a', 'b', 'c'], [0, 1]), commit(3, 'd'))).toBe(3)
  })

  it('has one where a batch lost all its records and its header is still there', () => {
    expect(since(commit(0, 'a'), compacted(1, ['a', 'b'], []), commit(3, 'c'))).toBe(3)
  })

  it('knows from its last record where that is followed by a gap in its own batch', () => {
    expect(since(commit(0, 'a'), commit(1, 'a'), compacted(2, ['a', 'b'], [2]))).toBe(2)
  })

  it('says which offsets are missing last', () => {
    const known = read([commit(2, 'a'), commit(7, 'b'), commit(8, 'b')])
    expect(known.unknownAt(0)).toEqual([{ partition: 0, since: at(8), offset: 8, cut: { from: 3, to: 7 } }])
  })
})

describe('a live log', () => {
  it('knows only the present where retention removed everything', () => {
    expect(since(position(500, { minutes: 90 }))).toBe(90)
  })

  it('begins where its first record is', () => {
    expect(since(position(500), commit(500, 'a', { minutes: 3 }), position(501))).toBe(3)
  })

  it('knows only the present where its last records are gone', () => {
    expect(since(position(0), commit(0, 'a'), commit(1, 'a'), position(4, { minutes: 90 }))).toBe(90)
  })
})

describe('records without a time (message format v0)', () => {
  it('say nothing about a time', () => {
    expect(since(commit(5, 'a', { maxTimestamp: -1 }), commit(6, 'a', { maxTimestamp: -1 }))).toBe(
      Number.POSITIVE_INFINITY,
    )
  })

  it('wait for the first key that occurs again with one', () => {
    const untimed = { maxTimestamp: -1 }
    expect(since(commit(5, 'a', untimed), commit(6, 'a', untimed), commit(7, 'a'), commit(8, 'b'))).toBe(7)
  })
})

it('reports each partition that does not know', () => {
  const inPartition = (input: Input, partition: number): Input =>
    input.kind === 'batch' ? { kind: 'batch', batch: { ...input.batch, partition } } : input
  const known = read([
    commit(0, 'a'),
    inPartition(commit(4, 'b'), 2),
    inPartition(commit(9, 'c'), 1),
    commit(1, 'a'),
    inPartition(commit(5, 'b'), 2),
  ])
  const partitions = (minutes: number) => known.unknownAt(at(minutes)).map(({ partition }) => partition)
  expect(partitions(3)).toEqual([1, 2])
  expect(partitions(5)).toEqual([1])
  expect(partitions(9)).toEqual([])
})

it('does not read a damaged batch a second time', () => {
  expect(since(commit(3, 'a'), commit(4, 'b'), commit(4, 'b'), commit(5, 'c'))).toBe(5)
})

describe('what a cleaned log claims to know', () => {
  /** Commits and tombstones of a few keys, one an offset and a minute. */
  const writes = fc.array(fc.record({ key: fc.nat(4), isTombstone: fc.boolean() }), { minLength: 1, maxLength: 40 })
  type Write = { readonly offset: number; readonly key: number; readonly isTombstone: boolean }

  /** Kafka's cleaner: up to a point, of each key the last record stays, and a tombstone only for a while. */
  function cleaned(log: readonly Write[], { to, keepsTombstones }: { to: number; keepsTombstones: boolean }): Write[] {
    return log.filter(({ offset, key, isTombstone }) => {
      if (offset >= to) return true
      const isSuperseded = log.some(other => other.offset > offset && other.offset < to && other.key === key)
      return !isSuperseded && (keepsTombstones || !isTombstone)
    })
  }

  /** Which write of each key is alive at a minute. */
  function stateAt(log: readonly Write[], minutes: number): ReadonlyMap<number, number> {
    const state = new Map<number, number>()
    for (const { offset, key, isTombstone } of log) {
      if (offset > minutes) break
      if (isTombstone) state.delete(key)
      else state.set(key, offset)
    }
    return state
  }

  it('is right: the state at each such time is that of the whole log', () => {
    const cleanings = fc.record({ to: fc.nat(45), keepsTombstones: fc.boolean() })
    fc.assert(
      fc.property(writes, cleanings, (written, cleaning) => {
        const log = written.map((write, offset) => ({ ...write, offset }))
        const left = cleaned(log, cleaning)
        const inputs = left.map(({ offset, key, isTombstone }): Input => {
          const record = commitOf(`g${key}`, 'orders', 0, isTombstone ? null : offset)
          return { kind: 'batch', batch: batchOf([record], { baseOffset: offset, timestamp: at(offset) }) }
        })
        const from = since(position(0), ...inputs, position(log.length)) ?? 0
        expect(from > 0).toBe(left.length < log.length)
        for (let minutes = from; minutes < log.length; minutes++) {
          expect(stateAt(left, minutes)).toEqual(stateAt(log, minutes))
        }
      }),
      { numRuns: 500 },
    )
  })
})
