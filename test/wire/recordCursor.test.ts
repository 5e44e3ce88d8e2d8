import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RecordBatch } from '../../src/wire/batch.ts'
import { encodeRecords, type RecordFields } from '../../src/wire/encodeRecords.ts'
import { controlType, coordinatorEpoch, RecordCursor } from '../../src/wire/recordCursor.ts'

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

const part = fc.option(fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)))
const record = fc.record({
  offset: fc.integer({ min: 100, max: 2 ** 31 + 99 }),
  timestamp: fc.oneof(fc.integer({ min: 999_900, max: 1_009_000 }), fc.maxSafeInteger()),
  key: part,
  value: part,
  headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme' }), value: part }), { maxLength: 3 }),
})

describe('RecordCursor', () => {
  it('gives back what was encoded, over any number of batches', () => {
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
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(bytes, fc.nat(5), fc.boolean(), (body, count, appendTime) => {
        const fields: Partial<RecordBatch> = appendTime ? { timestampType: 'LogAppendTime' } : {}
        const batch = batchOf(Buffer.from(body), count, fields)
        const read = watched(batch)
        walk({ ...batch, bytes: read.bytes })
        expect(read.lowest()).toBeGreaterThanOrEqual(batch.start)
        expect(read.highest()).toBeLessThan(batch.end)
      }),
      { numRuns: 5_000 },
    )
  })
})

/** The bytes of a batch, and which of them were read. */
function watched(batch: RecordBatch): { bytes: Buffer; lowest: () => number; highest: () => number } {
  let [low, high] = [batch.start, batch.start - 1]
  const bytes = new Proxy(batch.bytes, {
    get(target, name) {
      if (typeof name === 'string' && /^-?\d+$/.test(name)) {
        low = Math.min(low, Number(name))
        high = Math.max(high, Number(name))
      }
      const found: unknown = Reflect.get(target, name, target)
      return typeof found === 'function' ? found.bind(target) : found
    },
  })
  return { bytes, lowest: () => low, highest: () => high }
}

/** The cursor at a record with this key and this value. */
function at(key: number[] | null, value: number[] | null): RecordCursor {
  const [keyBytes, valueBytes] = [key, value].map(some => (some === null ? null : Buffer.from(some)))
  cursor.open(encoded([{ offset: 100, timestamp: 1, key: keyBytes ?? null, value: valueBytes ?? null }]))
  expect(cursor.next()).toBe(true)
  return cursor
}

describe('control records', () => {
  it('are COMMIT or ABORT by the type in the key', () => {
    expect(controlType(at([0, 0, 0, 0], null))).toBe('ABORT')
    expect(controlType(at([0, 0, 0, 1], null))).toBe('COMMIT')
    expect(controlType(at([0, 9, 0, 1, 7, 7], null))).toBe('COMMIT')
    expect(controlType(at([0, 0, 0, 2], null))).toBe('UNKNOWN')
    expect(controlType(at([255, 255, 0, 1], null))).toBe('UNKNOWN')
    expect(controlType(at([0, 0, 0], null))).toBe('UNKNOWN')
    expect(controlType(at(null, null))).toBe('UNKNOWN')
  })

  it('have the coordinator epoch in the value', () => {
    expect(coordinatorEpoch(at([0, 0, 0, 1], [0, 0, 0, 0, 1, 2]))).toBe(258)
    expect(coordinatorEpoch(at([0, 0, 0, 1], [0, 0, 0, 0, 1]))).toBe(-1)
    expect(coordinatorEpoch(at([0, 0, 0, 1], null))).toBe(-1)
  })
})
