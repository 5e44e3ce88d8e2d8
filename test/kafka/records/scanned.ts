import { batchCodecs } from '../../../src/kafka/codecs/codecs.ts'
import type { BatchFault, RecordBatch } from '../../../src/kafka/records/batch.ts'
import { type BatchScan, readBatches } from '../../../src/kafka/records/readBatches.ts'
import { RecordCursor } from '../../../src/kafka/records/recordCursor.ts'
import { batchBytes } from './logBytes.ts'

export const codecs = batchCodecs()

/** Of partition 7. */
export const read = (bytes: Buffer): BatchScan => readBatches(bytes, { partition: 7, codecs })
export const batchesOf = (scan: BatchScan): RecordBatch[] =>
  scan.items.flatMap(item => (item.kind === 'batch' ? [item.batch] : []))
export const faultsOf = (scan: BatchScan): BatchFault[] =>
  scan.items.flatMap(item => (item.kind === 'fault' ? [item.fault] : []))

/** Every record as text, for comparison. */
export function recordsOf(batches: readonly RecordBatch[]): string[] {
  const cursor = new RecordCursor()
  const seen: string[] = []
  for (const batch of batches) {
    cursor.open(batch)
    while (cursor.next()) {
      const key = cursor.keyStart < 0 ? null : cursor.bytes.toString('latin1', cursor.keyStart, cursor.keyEnd)
      const value = cursor.valueStart < 0 ? null : cursor.bytes.toString('latin1', cursor.valueStart, cursor.valueEnd)
      seen.push(JSON.stringify([cursor.offset, cursor.timestamp, cursor.sequence, key, value]))
    }
    if (cursor.fault !== null) seen.push(cursor.fault)
  }
  return seen
}

/** Three records, and the header of their batch. */
export const three = (baseOffset: number) => ({
  fields: { baseOffset, lastOffset: baseOffset + 2, baseTimestamp: 1_000, maxTimestamp: 1_005, baseSequence: 3 },
  records: [
    { offset: baseOffset, timestamp: 1_000, key: Buffer.from('a'), value: Buffer.from('one') },
    { offset: baseOffset + 1, timestamp: 1_005, key: Buffer.from('b'), value: null },
    { offset: baseOffset + 2, timestamp: 990, key: null, value: Buffer.alloc(5000, 'x') },
  ],
})
/** The same as bytes. */
export const batchAt = (baseOffset: number): Buffer => {
  const { fields, records } = three(baseOffset)
  return batchBytes(fields, records)
}
