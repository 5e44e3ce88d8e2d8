import { crc32c } from '@node-rs/crc32'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { batchCodecs } from '../../../src/kafka/codecs/codecs.ts'
import { BatchEncoder, type BatchHeader } from '../../../src/kafka/records/batchEncoder.ts'
import { readBatches } from '../../../src/kafka/records/readBatches.ts'
import { RecordCursor } from '../../../src/kafka/records/recordCursor.ts'

interface Written {
  readonly key: string | null
  readonly value: Buffer | string | null
  readonly headers: Readonly<Record<string, string>>
}

const header: BatchHeader = {
  producerId: 2n ** 40n,
  producerEpoch: 7,
  baseSequence: 123,
  isTransactional: true,
  timestamp: Date.UTC(2026, 10, 26),
}
const codecs = batchCodecs()
const cursor = new RecordCursor()

function encode(encoder: BatchEncoder, records: readonly Written[]): Buffer {
  for (const { key, value, headers } of records) encoder.append(key, value, headers)
  return encoder.end(header)
}

/** What a reader of logs finds in the bytes. */
function read(bytes: Buffer): unknown[] {
  const { items, consumed } = readBatches(bytes, { partition: 3, codecs })
  expect(consumed).toBe(bytes.length)
  return items.map(item => {
    if (item.kind !== 'batch') return item
    const { batch } = item
    const { producerId, producerEpoch, baseSequence, isTransactional, isControl, baseTimestamp, maxTimestamp } = batch
    expect({
      producerId,
      producerEpoch,
      baseSequence,
      isTransactional,
      isControl,
      baseTimestamp,
      maxTimestamp,
    }).toEqual({
      ...header,
      timestamp: undefined,
      isControl: false,
      baseTimestamp: header.timestamp,
      maxTimestamp: header.timestamp,
    })
    const records: unknown[] = []
    cursor.open(batch)
    while (cursor.next()) {
      const part = (start: number, end: number) => (start < 0 ? null : cursor.bytes.toString('utf8', start, end))
      expect(cursor.offset).toBe(records.length)
      expect(cursor.timestamp).toBe(header.timestamp)
      records.push({
        key: part(cursor.keyStart, cursor.keyEnd),
        value: part(cursor.valueStart, cursor.valueEnd),
        headers: Object.fromEntries(cursor.headers().map(({ key, value }) => [key, value?.toString() ?? null])),
      })
    }
    return records
  })
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  // Around the lengths at which a record's own length takes another byte.
  fc.integer({ min: 0, max: 200 }).map(length => 'x'.repeat(length)),
  fc.constantFrom(8_150, 8_191, 8_192, 20_000).map(length => 'y'.repeat(length)),
)
const written: fc.Arbitrary<Written> = fc.record({
  key: fc.option(text),
  value: fc.option(
    fc.oneof(
      text,
      text.map(of => Buffer.from(of)),
    ),
  ),
  headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), text, { maxKeys: 4, noNullPrototype: true }),
})

test('a reader of logs reads the encoded batches, with their CRC, batch after batch in the same memory', () => {
  const batches = fc.array(fc.array(written, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(fc.array(batches, { minLength: 1, maxLength: 3 }), rounds => {
      const encoder = new BatchEncoder(crc32c, 100)
      for (const round of rounds) {
        const bytes = round.map(records => encode(encoder, records))
        expect(bytes.flatMap(read)).toEqual(
          round.map(records => records.map(one => ({ ...one, value: one.value === null ? null : String(one.value) }))),
        )
        encoder.clear()
      }
    }),
    { numRuns: 60 },
  )
})

test('a batch of megabytes is one, and its memory is given back', () => {
  const encoder = new BatchEncoder(crc32c)
  const records = Array.from({ length: 3_000 }, (_, at) => ({ key: `k${at}`, value: 'v'.repeat(1_000), headers: {} }))
  expect(read(encode(encoder, records))).toEqual([records])
  expect(encoder.length).toBeGreaterThan(3_000_000)
  encoder.clear()
  expect(encoder.length).toBeLessThan(100)
  expect(read(encode(encoder, records.slice(0, 2)))).toEqual([records.slice(0, 2)])
})
