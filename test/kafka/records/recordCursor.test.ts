import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { RecordBatch } from '../../../src/kafka/records/batch.ts'
import { encodeRecords, type RecordFields } from '../../../src/kafka/records/encodeRecords.ts'
import { RecordCursor } from '../../../src/kafka/records/recordCursor.ts'

const header: RecordBatch = {
  partition: 0,
  baseOffset: 100,
  lastOffset: 199,
  leaderEpoch: 0,
  magic: 2,
  compression: 'none',
  timestampType: 'CreateTime',
  baseTimestamp: 1_000_000,
  maxTimestamp: 2_000_000,
  isTransactional: false,
  isControl: false,
  byteOffset: 0,
  producerId: -1n,
  producerEpoch: -1,
  baseSequence: -1,
  recordCount: 0,
  bytes: Buffer.alloc(0),
  start: 0,
  end: 0,
}

/** A batch of `body`, with bytes around it that must not matter. */
function batchOf(body: Buffer, recordCount: number, fields: Partial<RecordBatch> = {}): RecordBatch {
  const bytes = Buffer.concat([Buffer.alloc(13, 1), body, Buffer.alloc(13, 1)])
  return { ...header, recordCount, bytes, start: 13, end: 13 + body.length, ...fields }
}

function encoded(records: readonly RecordFields[], fields: Partial<RecordBatch> = {}): RecordBatch {
  const { baseOffset, baseTimestamp } = { ...header, ...fields }
  return batchOf(encodeRecords(records, { offset: baseOffset, timestamp: baseTimestamp }), records.length, fields)
}

const cursor = new RecordCursor()

/** The records of a batch as they were encoded, or the fault after as many as could be read. */
function walk(batch: RecordBatch): (RecordFields | string)[] {
  const part = (start: number, end: number): Buffer | null =>
    start < 0 ? null : Buffer.from(cursor.bytes.subarray(start, end))
  const records: (RecordFields | string)[] = []
  cursor.open(batch)
  while (cursor.next()) {
    const { offset, timestamp } = cursor
    const [key, value] = [part(cursor.keyStart, cursor.keyEnd), part(cursor.valueStart, cursor.valueEnd)]
    records.push({ offset, timestamp, key, value, headers: cursor.headers().map(one => ({ ...one })) })
  }
  if (cursor.fault !== null) records.push(cursor.fault)
  expect(cursor.next()).toBe(false)
  return records
}

/** Sees every record the long way. */
class KeptFromShortcuts extends RecordCursor {
  protected override nextShort(): boolean {
    return false
  }
}

/** Counts the records that it saw the short way. */
class CountedShortcuts extends RecordCursor {
  taken = 0
  protected override nextShort(): boolean {
    const isShort = super.nextShort()
    if (isShort) this.taken++
    return isShort
  }
}

/** Where a cursor is, and what it says of the record there. */
function placeOf({ start, offset, timestamp, sequence, keyStart, keyEnd, valueStart, valueEnd, fault }: RecordCursor) {
  return { start, offset, timestamp, sequence, keyStart, keyEnd, valueStart, valueEnd, fault }
}

const part = fc.option(fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)))
const record = fc.record({
  offset: fc.integer({ min: 100, max: 2 ** 31 + 99 }),
  timestamp: fc.oneof(fc.integer({ min: 999_900, max: 1_009_000 }), fc.maxSafeInteger()),
  key: part,
  value: part,
  headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme' }), value: part }), { maxLength: 3 }),
})

const shortRecord = fc.record({
  offset: fc.integer({ min: 100, max: 200 }),
  timestamp: fc.integer({ min: 999_900, max: 1_009_000 }),
  key: fc.uint8Array({ maxLength: 20 }),
  value: fc.uint8Array({ maxLength: 100 }),
})

/** Records as they lie in a batch, often with a byte changed or cut off, and how many there should be. */
const damaged = fc
  .record({
    records: fc.array(fc.oneof(record, shortRecord), { maxLength: 4 }),
    at: fc.nat(80),
    byte: fc.option(fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff)),
    cut: fc.option(fc.nat(3)),
    more: fc.constantFrom(0, 0, 0, 1),
  })
  .map(({ records, at, byte, cut, more }) => {
    const whole = encodeRecords(records, { offset: header.baseOffset, timestamp: header.baseTimestamp })
    const bytes = whole.subarray(0, whole.length - (cut ?? 0))
    if (byte !== null && at < bytes.length) bytes[at] = byte
    return { bytes, count: records.length + more }
  })

describe('RecordCursor', () => {
  it('reads what was encoded, over any number of batches', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), records => {
        expect(walk(encoded(records))).toEqual(records)
      }),
      { numRuns: 2_000 },
    )
  })

  it('gives all records of a LogAppendTime batch its time', () => {
    const records = [0, 63, 64, 9_000, 2 ** 40, -(2 ** 50)].map((delta, i) => ({
      offset: 100 + i,
      timestamp: 1_000_000 + delta,
      key: null,
      value: null,
    }))
    const walked = walk(encoded(records, { timestampType: 'LogAppendTime' }))
    expect(walked).toEqual(records.map(one => ({ ...one, timestamp: 2_000_000, headers: [] })))
  })

  it('counts sequence numbers from the base, and round at 2^31', () => {
    const records = [0, 1, 5].map(i => ({ offset: 100 + i, timestamp: 1_000_000, key: null, value: null }))
    const sequences = (baseSequence: number): number[] => {
      const seen: number[] = []
      cursor.open(encoded(records, { baseSequence }))
      while (cursor.next()) seen.push(cursor.sequence)
      return seen
    }
    expect(sequences(-1)).toEqual([-1, -1, -1])
    expect(sequences(7)).toEqual([7, 8, 12])
    expect(sequences(0x7ffffffe)).toEqual([0x7ffffffe, 0x7fffffff, 3])
  })

  it('reads varints in longer forms than they need', () => {
    // length 8, attributes, time 0 and offset 1 in two bytes, null key, empty value, no headers
    expect(walk(batchOf(Buffer.from([16, 0, 0x80, 0, 0x82, 0, 1, 0, 0]), 1))).toEqual([
      { offset: 101, timestamp: 1_000_000, key: null, value: Buffer.alloc(0), headers: [] },
    ])
  })

  it('reads any negative length as null, as Kafka does', () => {
    expect(walk(batchOf(Buffer.from([12, 0, 0, 0, 5, 13, 0]), 1))).toEqual([
      { offset: 100, timestamp: 1_000_000, key: null, value: null, headers: [] },
    ])
  })

  const broken: Record<string, [bytes: number[], reason: string]> = {
    'nothing at all': [[], 'a number that does not end'],
    'a length that does not end': [[0x80], 'a number that does not end'],
    'a length longer than 32 bits': [[0x80, 0x80, 0x80, 0x80, 0x80, 0], 'a number that does not end'],
    'a negative length': [[3], 'a record of -2 bytes with 0 left'],
    'a length beyond the batch': [[16, 0, 0, 0, 1], 'a record of 8 bytes with 4 left'],
    'no body': [[0], 'a time that does not end'],
    'a time that does not end': [[22, 0, ...Array(10).fill(0x80)], 'a time that does not end'],
    'a key beyond the record': [[12, 0, 0, 0, 10, 1, 0, 9, 9, 9], 'a key of 5 bytes with 2 left'],
    'a value beyond the record': [[12, 0, 0, 0, 1, 10, 0, 9, 9, 9], 'a value of 5 bytes with 1 left'],
    'a missing header count': [[10, 0, 0, 0, 1, 1], 'a number that does not end'],
    'a negative header count': [[12, 0, 0, 0, 1, 1, 1], '-1 headers'],
    'a null header key': [[16, 0, 0, 0, 1, 1, 2, 1, 0], 'a header key of -1 bytes'],
    'a header value beyond the record': [[16, 0, 0, 0, 1, 1, 2, 0, 4], 'a header value of 2 bytes'],
    'more headers than bytes': [[12, 0, 0, 0, 1, 1, 126], 'a number that does not end'],
    'bytes after a record': [[16, 0, 0, 0, 1, 1, 0, 9, 9], '2 bytes after the end of a record'],
  }
  for (const [name, [bytes, reason]] of Object.entries(broken)) {
    it(`ends the batch at ${name}`, () => {
      const sound = encodeRecords([{ offset: 100, timestamp: 1_000_000, key: null, value: null }], {
        offset: 100,
        timestamp: 1_000_000,
      })
      const walked = walk(batchOf(Buffer.concat([sound, Buffer.from(bytes)]), 2))
      expect(walked).toHaveLength(2)
      expect(walked[1]).toBe(reason)
    })
  }

  it('reports bytes after the last record', () => {
    const body = Buffer.from([12, 0, 0, 0, 1, 1, 0, 9, 9, 9])
    expect(walk(batchOf(body, 1)).at(-1)).toBe('3 bytes after the last record')
  })

  it('starts afresh with each batch', () => {
    expect(walk(batchOf(Buffer.alloc(0), 1))).toHaveLength(1)
    expect(walk(encoded([{ offset: 100, timestamp: 1_000_000, key: null, value: null }]))).toHaveLength(1)
  })

  it('reads nothing outside its batch, whatever is in it', () => {
    fc.assert(
      fc.property(damaged, body => {
        const within = batchOf(body.bytes, body.count)
        const alone = { ...within, bytes: Buffer.from(body.bytes), start: 0, end: body.bytes.length }
        const between = { ...within, bytes: Buffer.alloc(within.bytes.length, 0xff) }
        body.bytes.copy(between.bytes, between.start)
        const walked = walk(within)
        expect(walk(alone)).toEqual(walked)
        expect(walk(between)).toEqual(walked)
      }),
      { numRuns: 5_000 },
    )
  })

  it('reads the same on the short way as on the other one, whatever is in the batch', () => {
    const [short, long] = [new CountedShortcuts(), new KeptFromShortcuts()]
    fc.assert(
      fc.property(damaged, body => {
        const batch = batchOf(body.bytes, body.count, { baseSequence: 0x7ffffffe })
        short.open(batch)
        long.open(batch)
        while (long.next()) {
          expect(short.next()).toBe(true)
          expect(placeOf(short)).toEqual(placeOf(long))
          expect(short.headers()).toEqual(long.headers())
        }
        expect([short.next(), short.fault]).toEqual([false, long.fault])
      }),
      { numRuns: 5_000 },
    )
    expect(short.taken).toBeGreaterThan(1_000)
  })

  it('goes back to any record of its batch', () => {
    const batch = encoded(
      [1, 2, 3].map(i => ({ offset: 100 + i, timestamp: 1_000_000, key: null, value: Buffer.alloc(i) })),
    )
    const starts: number[] = []
    cursor.open(batch)
    while (cursor.next()) starts.push(cursor.start)
    const offsets = [1, 0, 2].map(at => {
      cursor.goBack(starts[at] as number)
      return cursor.offset
    })
    expect([offsets, cursor.fault]).toEqual([[102, 101, 103], null])
  })
})

describe('a batch that a cursor has walked for all', () => {
  it('is the same for each of them, whatever is in it', () => {
    fc.assert(
      fc.property(damaged, body => {
        const batch = batchOf(body.bytes, body.count, { baseSequence: 0x7ffffffe })
        const [plain, indexed] = [new RecordCursor(), new RecordCursor()]
        plain.open({ ...batch })
        indexed.openIndexed(batch)
        while (plain.next()) {
          expect(indexed.next()).toBe(true)
          expect(placeOf(indexed)).toEqual(placeOf(plain))
          expect(indexed.headers()).toEqual(plain.headers())
        }
        expect([indexed.next(), indexed.fault]).toEqual([false, plain.fault])
      }),
      { numRuns: 2_000 },
    )
  })

  it('is walked once, and a copy without its index is another batch', () => {
    const batch = encoded([1, 2, 3].map(i => ({ offset: 100 + i, timestamp: 0, key: null, value: Buffer.alloc(i) })))
    const walks = vi.spyOn(RecordCursor.prototype as unknown as { parse: () => boolean }, 'parse')
    for (let reader = 0; reader < 3; reader++) {
      const own = new RecordCursor()
      own.openIndexed(batch)
      while (own.next());
    }
    expect(walks.mock.calls).toHaveLength(3)
    expect(walk({ ...batch, index: undefined, recordCount: 1, end: batch.end })).toHaveLength(2)
    walks.mockRestore()
  })

  it('can be gone back in, to any record', () => {
    const batch = encoded([1, 2, 3].map(i => ({ offset: 100 + i, timestamp: 0, key: null, value: Buffer.alloc(i) })))
    const own = new RecordCursor()
    own.openIndexed(batch)
    const starts: number[] = []
    while (own.next()) starts.push(own.start)
    const offsets = [1, 0, 2].map(at => {
      own.goBack(starts[at] as number)
      return own.offset
    })
    expect([offsets, own.fault]).toEqual([[102, 101, 103], null])
  })
})
