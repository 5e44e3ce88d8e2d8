import type { RecordBatch } from '../../src/kafka/records/batch.ts'
import { encodeRecords } from '../../src/kafka/records/encodeRecords.ts'
import { recordingLines } from '../../src/sources/recording/recordingLines.ts'
import { batchOf, type TestRecord } from '../state/batchOf.ts'

/** Minute 0 of a log made by hand. */
const start = Date.parse('2026-11-24T12:00:00Z')

export const timeAt = (minutes: number) => start + minutes * 60_000
export const textAt = (minutes: number) => new Date(timeAt(minutes)).toISOString()

export interface Placed {
  readonly offset: number
  readonly minutes: number
  readonly partition?: number
}

/** A batch of these records, as it was written. */
export function batchAt({ offset, minutes, partition = 0 }: Placed, ...records: readonly TestRecord[]): RecordBatch {
  return batchOf(records, { baseOffset: offset, timestamp: timeAt(minutes), partition })
}

/** The batch as compaction leaves it: only the records at these places in it. */
export function compactedBatch(place: Placed, records: readonly TestRecord[], kept: readonly number[]): RecordBatch {
  const timestamp = timeAt(place.minutes)
  const fields = kept.map(at => {
    const { key = null, value = null } = records[at] ?? {}
    return { offset: place.offset + at, timestamp, key, value, headers: [] }
  })
  const bytes = encodeRecords(fields, { offset: place.offset, timestamp })
  return { ...batchAt(place, ...records), recordCount: kept.length, bytes, start: 0, end: bytes.length }
}

export function recordingOf(...batches: readonly RecordBatch[]): string {
  return recordingLines(batches.map(batch => ({ kind: 'batch', batch })))
}
