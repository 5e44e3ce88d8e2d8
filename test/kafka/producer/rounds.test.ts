import { crc32c } from '@node-rs/crc32'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { batchCodecs } from '../../../src/kafka/codecs/codecs.ts'
import { type BatchRecord, type PartitionRecords, rounds } from '../../../src/kafka/producer/rounds.ts'
import { BatchEncoder } from '../../../src/kafka/records/batchEncoder.ts'
import { readBatches } from '../../../src/kafka/records/readBatches.ts'
import { RecordCursor } from '../../../src/kafka/records/recordCursor.ts'

const codecs = batchCodecs()
const cursor = new RecordCursor()

/** Keys by partition, as they would lie in the log; sequences are counted through. */
function lay(parts: readonly PartitionRecords[]) {
  const found = new Map<number, string[]>()
  const sizes: { records: number; bytes: number }[] = []
  const requests: number[] = []
  const header = ({ partition }: { partition: number }, count: number) => {
    const baseSequence = sequences.get(partition) ?? 0
    sequences.set(partition, baseSequence + count)
    return { producerId: 1n, producerEpoch: 0, baseSequence, isTransactional: true, timestamp: 0 }
  }
  const sequences = new Map<number, number>()
  for (const round of rounds(parts, { batches: new BatchEncoder(crc32c), header })) {
    expect(new Set(round.map(({ partition }) => partition)).size).toBe(round.length)
    requests.push(round.reduce((sum, { bytes }) => sum + bytes.length, 0))
    for (const { partition, bytes } of round) {
      const [item] = readBatches(bytes, { partition, codecs }).items
      if (item?.kind !== 'batch') throw new Error('no batch')
      const keys = found.get(partition) ?? []
      expect(item.batch.baseSequence).toBe(keys.length)
      sizes.push({ records: item.batch.recordCount, bytes: bytes.length })
      cursor.open(item.batch)
      while (cursor.next()) keys.push(cursor.bytes.toString('utf8', cursor.keyStart, cursor.keyEnd))
      found.set(partition, keys)
    }
  }
  return { found, sizes, requests }
}

function part(partition: number, sizes: readonly number[]): PartitionRecords {
  const records: BatchRecord[] = sizes.map((size, at) => ({ key: `${partition}/${at}`, value: Buffer.alloc(size, 97) }))
  return { topic: 'koff.events', partition, records }
}

test('every record comes once and in order, no batch is larger than any topic takes, no request much larger', () => {
  const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 400_000 })), {
    minLength: 1,
    maxLength: 12,
  })
  fc.assert(
    fc.property(fc.array(sizes, { maxLength: 6 }), all => {
      const parts = all.map((of, partition) => part(partition, of))
      const laid = lay(parts)
      expect(laid.found).toEqual(
        new Map(all.map((of, partition) => [partition, of.map((_, at) => `${partition}/${at}`)])),
      )
      for (const { bytes } of laid.sizes) expect(bytes).toBeLessThan(1024 * 1024)
      for (const bytes of laid.requests) expect(bytes).toBeLessThan(1.5 * 1024 * 1024)
    }),
    { numRuns: 60 },
  )
})

test('small parts share one request, large ones are cut where a batch is full', () => {
  expect(lay([part(0, [10]), part(1, [10]), part(2, [10])]).requests).toHaveLength(1)
  const many = lay([
    part(
      0,
      Array.from({ length: 12 }, () => 100_000),
    ),
  ])
  expect(many.sizes.map(({ records }) => records)).toEqual([5, 5, 2])
  expect(many.requests).toHaveLength(3)
})

test('a record that is larger than that is a batch of its own', () => {
  const { sizes } = lay([part(0, [1_000, 1_000, 3_000_000, 1_000])])
  expect(sizes.map(({ records }) => records)).toEqual([2, 1, 1])
})

test('nothing makes no request', () => {
  expect(lay([]).requests).toEqual([])
  expect(lay([part(0, [])]).requests).toEqual([])
})

test('a value stays what it was when its memory is reused while the round before it is sent', () => {
  // The encoder of a sink returns the same memory for each value, and all partitions share it.
  const memory = Buffer.alloc(200_000)
  function* records(): Generator<BatchRecord, void> {
    for (let at = 1; at <= 9; at += 1) yield { key: String(at), value: memory.fill(at) }
  }
  const header = () => ({ producerId: 1n, producerEpoch: 0, baseSequence: 0, isTransactional: true, timestamp: 0 })
  const parts = [{ topic: 'koff.events', partition: 0, records: records() }]
  const read: string[] = []
  for (const round of rounds(parts, { batches: new BatchEncoder(crc32c), header })) {
    // Another partition encodes its events.
    memory.fill(0)
    for (const { partition, bytes } of round) {
      const [item] = readBatches(bytes, { partition, codecs }).items
      if (item?.kind !== 'batch') throw new Error('no batch')
      cursor.open(item.batch)
      while (cursor.next()) {
        const value = cursor.bytes.subarray(cursor.valueStart, cursor.valueEnd)
        read.push(`${cursor.bytes.toString('utf8', cursor.keyStart, cursor.keyEnd)}: ${[...new Set(value)].join()}`)
      }
    }
  }
  expect(read).toEqual(Array.from({ length: 9 }, (_, at) => `${at + 1}: ${at + 1}`))
})
