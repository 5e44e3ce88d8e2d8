import type { RecordBatch } from '../records/batch.ts'
import { RecordCursor } from '../records/recordCursor.ts'

const cursor = new RecordCursor()

/**
 * The batch without its records before offset `from`: a broker sends whole batches, even if the requested offset or the
 * log start is inside one.
 */
export function trimBatch(batch: RecordBatch, from: number): RecordBatch {
  let skipped = 0
  cursor.open(batch)
  while (cursor.next() && cursor.offset < from) skipped++
  // Where the cursor stopped: at the first record to keep, or at an unreadable one.
  const start = skipped < batch.recordCount ? cursor.start : batch.end
  return { ...batch, index: undefined, start, recordCount: batch.recordCount - skipped }
}
