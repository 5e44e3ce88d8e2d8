import type { RecordBatch } from '../records/batch.ts'
import { RecordCursor } from '../records/recordCursor.ts'

const cursor = new RecordCursor()

/**
 * The batch without its records before offset `from`: a broker gives whole batches, also where the first offset that
 * was asked for, or the start of the log, lies in the middle of one.
 */
export function trimBatch(batch: RecordBatch, from: number): RecordBatch {
  if (batch.baseOffset >= from) return batch
  let skipped = 0
  cursor.open(batch)
  while (cursor.next() && cursor.offset < from) skipped++
  let start = batch.start
  for (let left = skipped; left > 0; left--) start = endOfRecord(batch.bytes, start)
  return { ...batch, start, recordCount: batch.recordCount - skipped }
}

/** A record begins with its length, a zigzag varint (KIP-98); the cursor has found it sound. */
function endOfRecord(bytes: Buffer, start: number): number {
  let raw = 0
  let at = start
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] as number
    raw |= (byte & 127) << shift
    if (byte < 128) return at + (raw >>> 1)
  }
}
