import type { RecordBatch } from '../../src/kafka/records/batch.ts'
import { controlType } from '../../src/kafka/records/controlRecord.ts'
import { encodeRecords, type RecordFields } from '../../src/kafka/records/encodeRecords.ts'
import { RecordCursor } from '../../src/kafka/records/recordCursor.ts'

/**
 * The log as Kafka's cleaner leaves it in the end: of each key the last record, where that is no tombstone; nothing of aborted
 * transactions; of markers those whose transaction still has a record. From the first record of an open transaction on it
 * is as it was written.
 */
export function cleanedLog(batches: readonly RecordBatch[]): RecordBatch[] {
  const outcomes = outcomesOf(batches)
  const firstOpen = batches.findIndex(batch => batch.isTransactional && !batch.isControl && !outcomes.has(batch))
  const end = firstOpen < 0 ? batches.length : firstOpen
  const dirty = batches.slice(0, end)
  const last = new Map<string, { readonly at: number; readonly isTombstone: boolean }>()
  for (const { key, offset, value } of recordsOf(dirty, outcomes)) {
    last.set(key, { at: offset, isTombstone: value === null })
  }
  const isKept = (key: string, offset: number) => {
    const kept = last.get(key)
    return kept !== undefined && kept.at === offset && !kept.isTombstone
  }
  const settledWithData = new Set<number>()
  const cleaned = dirty.map(batch => {
    if (batch.isControl) return batch
    const outcome = outcomes.get(batch)
    const kept = fieldsOf(batch).filter(({ key, offset }) => outcome?.type !== 'ABORT' && isKept(textOf(key), offset))
    if (kept.length > 0 && outcome !== undefined) settledWithData.add(outcome.offset)
    return rebuilt(batch, kept)
  })
  const left = cleaned.filter(batch =>
    batch.isControl ? settledWithData.has(batch.baseOffset) : batch.recordCount > 0,
  )
  return [...left, ...batches.slice(end)]
}

interface Outcome {
  readonly type: 'COMMIT' | 'ABORT'
  /** Of the marker. */
  readonly offset: number
}

/** Of each transactional batch, how its transaction ended; those that are open are left out. */
function outcomesOf(batches: readonly RecordBatch[]): Map<RecordBatch, Outcome> {
  const outcomes = new Map<RecordBatch, Outcome>()
  const open = new Map<bigint, RecordBatch[]>()
  const cursor = new RecordCursor()
  for (const batch of batches) {
    if (!batch.isTransactional) continue
    const { producerId } = batch
    if (!batch.isControl) {
      open.set(producerId, [...(open.get(producerId) ?? []), batch])
      continue
    }
    cursor.open(batch)
    cursor.next()
    const type = controlType(cursor) === 'COMMIT' ? 'COMMIT' : 'ABORT'
    for (const of of open.get(producerId) ?? []) outcomes.set(of, { type, offset: batch.baseOffset })
    open.delete(producerId)
  }
  return outcomes
}

function* recordsOf(batches: readonly RecordBatch[], outcomes: ReadonlyMap<RecordBatch, Outcome>) {
  for (const batch of batches) {
    if (batch.isControl || outcomes.get(batch)?.type === 'ABORT') continue
    for (const { key, offset, value } of fieldsOf(batch)) yield { key: textOf(key), offset, value }
  }
}

function fieldsOf(batch: RecordBatch): RecordFields[] {
  const cursor = new RecordCursor()
  const fields: RecordFields[] = []
  cursor.open(batch)
  while (cursor.next()) {
    const { bytes, offset, timestamp, keyStart, keyEnd, valueStart, valueEnd } = cursor
    const value = valueStart < 0 ? null : bytes.subarray(valueStart, valueEnd)
    fields.push({ offset, timestamp, key: bytes.subarray(keyStart, keyEnd), value })
  }
  return fields
}

function rebuilt(batch: RecordBatch, fields: readonly RecordFields[]): RecordBatch {
  const bytes = encodeRecords(fields, { offset: batch.baseOffset, timestamp: batch.baseTimestamp })
  return { ...batch, recordCount: fields.length, bytes, start: 0, end: bytes.length }
}

function textOf(key: Uint8Array | null): string {
  return Buffer.from(key ?? []).toString('latin1')
}
