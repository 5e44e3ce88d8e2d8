import { decodeAt } from '../coordinator/decode.ts'
import type { RecordBatch } from '../kafka/records/batch.ts'
import { encodeRecords, type RecordFields } from '../kafka/records/encodeRecords.ts'
import { RecordCursor } from '../kafka/records/recordCursor.ts'
import type { Input } from '../state/input.ts'
import type { RecordFilter } from './recordFilter.ts'

/** What a filter leaves of inputs, and how many records that were. */
export interface SelectedInputs {
  readonly of: (input: Input) => readonly Input[]
  readonly records: number
}

/**
 * Cuts batches down to the records that are wanted, as compaction would: what stays keeps its offset, its time and its
 * batch. Markers stay, since the records of a transaction mean nothing without them, and so does what is no record.
 */
export function selectInputs(filter: RecordFilter): SelectedInputs {
  const cursor = new RecordCursor()
  let count = 0

  function selected(batch: RecordBatch): RecordBatch | null {
    if (!filter.wantsBatch(batch)) return null
    const records = wanted(batch)
    count += records.length
    // One that breaks off in the middle stays as it is, so that the recording says so too.
    if (records.length === batch.recordCount || cursor.fault !== null) return batch
    if (records.length === 0) return null
    const base = { offset: batch.baseOffset, timestamp: batch.baseTimestamp }
    const bytes = encodeRecords(records, base)
    return { ...batch, index: undefined, recordCount: records.length, bytes, start: 0, end: bytes.length }
  }

  function wanted(batch: RecordBatch): RecordFields[] {
    const records: RecordFields[] = []
    cursor.open(batch)
    while (cursor.next()) {
      const { bytes, offset, timestamp, keyStart, keyEnd, valueStart, valueEnd } = cursor
      if (!filter.wantsPosition({ partition: batch.partition, offset, timestamp })) continue
      const isWanted = batch.isControl || filter.wantsRecord(decodeAt(cursor))
      if (!isWanted) continue
      const key = keyStart < 0 ? null : bytes.subarray(keyStart, keyEnd)
      const value = valueStart < 0 ? null : bytes.subarray(valueStart, valueEnd)
      records.push({ offset, timestamp, key, value, headers: cursor.headers() })
    }
    return records
  }

  return {
    of(input) {
      if (input.kind !== 'batch') return input.kind === 'fault' && !filter.wantsFault(input.fault) ? [] : [input]
      const batch = selected(input.batch)
      return batch === null ? [] : [{ kind: 'batch', batch }]
    },
    get records() {
      return count
    },
  }
}
