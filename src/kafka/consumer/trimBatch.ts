import type { RecordBatch } from '../records/batch.ts'
import { RecordCursor } from '../records/recordCursor.ts'

const cursor = new RecordCursor()

/**
 * The batch without its records before offset `from`: a broker sends whole batches, also where the requested offset, or the
 * start of the log, lies in the middle of one.
 */
export function trimBatch(batch: RecordBatch, from: number): RecordBatch {
  let skipped = 0
  cursor.open(batch)
  while (cursor.next() && cursor.offset < from) skipped++
  // Where the cursor has stopped: at the first record to keep, or at one that cannot be read.
  const start = skipped < batch.recordCount ? cursor.start : batch.end
  return { ...batch, index: undefined, start, recordCount: batch.recordCount - skipped }
}
