import type { RecordBatch } from '../../src/kafka/records/batch.ts'
import { controlType } from '../../src/kafka/records/controlRecord.ts'
import { encodeRecords, type RecordFields } from '../../src/kafka/records/encodeRecords.ts'
import { RecordCursor } from '../../src/kafka/records/recordCursor.ts'

/** What a log cleaner may choose by its timing, as numbers: what is not decided by them is decided by Kafka. */
export interface Cleaning {
  /** How far each round cleans, in percent of what can be cleaned. */
  readonly rounds: readonly number[]
  /** Whose time to be deleted has come, of tombstones and markers: one number a batch, again and again. */
  readonly isDue: readonly boolean[]
  /** Whether the producer of a batch is still known, so that its batch stays without its records. */
  readonly isProducerKnown: boolean
}

/**
 * The log of one partition as Kafka's log cleaner leaves it (LogCleaner, MemoryRecords.filterTo). It cleans up to the
 * last stable offset and leaves the active segment, here the last batch. Of each key the last record stays; a tombstone
 * stays until its time has come. Aborted records go, a marker when it has no data left. A batch keeps its base and last
 * offset, and has another base timestamp once it holds a tombstone or such a marker (KIP-534).
 */
export function compacted(log: readonly RecordBatch[], { rounds, isDue, isProducerKnown }: Cleaning): RecordBatch[] {
  const limit = cleanableEnd(log)
  let batches = [...log]
  const seen = new Set<number>()
  for (const [round, percent] of rounds.toSorted((a, b) => a - b).entries()) {
    const end = Math.ceil((limit * percent) / 100)
    const wasSeen = new Set(seen)
    const isGone = ({ baseOffset }: RecordBatch) =>
      wasSeen.has(baseOffset) && isDue[(baseOffset + round) % Math.max(1, isDue.length)] === true
    batches = cleaned(batches, { log, end, isGone, isProducerKnown })
    for (const { baseOffset, lastOffset } of batches) if (lastOffset < end) seen.add(baseOffset)
  }
  return batches
}

/** Below the first record of a transaction that is open at the end, and below the last batch. */
function cleanableEnd(log: readonly RecordBatch[]): number {
  const open = new Map<bigint, number>()
  for (const batch of log) {
    if (batch.isControl) open.delete(batch.producerId)
    else if (batch.isTransactional && !open.has(batch.producerId)) open.set(batch.producerId, batch.baseOffset)
  }
  return Math.min(log.at(-1)?.baseOffset ?? 0, ...open.values())
}

interface Round {
  /** As it was: it tells which transactions were aborted, as the index of aborted transactions does. */
  readonly log: readonly RecordBatch[]
  /** The first offset that is not cleaned. */
  readonly end: number
  readonly isGone: (batch: RecordBatch) => boolean
  readonly isProducerKnown: boolean
}

function cleaned(batches: readonly RecordBatch[], { log, end, isGone, isProducerKnown }: Round): RecordBatch[] {
  const aborted = abortedBatches(log)
  const isCleaned = ({ lastOffset }: RecordBatch) => lastOffset < end
  const lastOffsets = new Map<string, number>()
  for (const batch of batches) {
    if (!isCleaned(batch) || batch.isControl || aborted.has(batch.baseOffset)) continue
    for (const { key, offset } of recordsOf(batch)) if (key !== null) lastOffsets.set(keyOf(key), offset)
  }
  const last = batches.filter(isCleaned).at(-1)
  const withData = new Set<bigint>()
  return batches.flatMap(batch => {
    if (!isCleaned(batch)) return [batch]
    const keepsEmpty = batch.magic === 2 && (batch === last || (batch.producerId >= 0n && isProducerKnown))
    const empty = keepsEmpty ? [without(batch)] : []
    if (batch.isControl) {
      const isLeft = withData.delete(batch.producerId) || !isGone(batch)
      return isLeft ? [batch] : empty
    }
    if (batch.isTransactional) withData.add(batch.producerId)
    const records = aborted.has(batch.baseOffset)
      ? []
      : recordsOf(batch).filter(({ key, value, offset }) => {
          const isLast = key !== null && lastOffsets.get(keyOf(key)) === offset
          return isLast && (value !== null || !isGone(batch))
        })
    return records.length === 0 ? empty : [withRecords(batch, records)]
  })
}

/** Base offsets of the batches of transactions that were aborted. */
function abortedBatches(log: readonly RecordBatch[]): Set<number> {
  const aborted = new Set<number>()
  const open = new Map<bigint, number[]>()
  const cursor = new RecordCursor()
  for (const batch of log) {
    const { producerId, baseOffset } = batch
    if (!batch.isTransactional) continue
    if (!batch.isControl) open.set(producerId, [...(open.get(producerId) ?? []), baseOffset])
    else {
      cursor.open(batch)
      if (cursor.next() && controlType(cursor) === 'ABORT') {
        for (const offset of open.get(producerId) ?? []) aborted.add(offset)
      }
      open.delete(producerId)
    }
  }
  return aborted
}

export function recordsOf(batch: RecordBatch): RecordFields[] {
  const cursor = new RecordCursor()
  cursor.open(batch)
  const records: RecordFields[] = []
  while (cursor.next()) {
    const { bytes, offset, timestamp, keyStart, keyEnd, valueStart, valueEnd } = cursor
    const key = keyStart < 0 ? null : bytes.subarray(keyStart, keyEnd)
    records.push({ offset, timestamp, key, value: valueStart < 0 ? null : bytes.subarray(valueStart, valueEnd) })
  }
  return records
}

function keyOf(key: Uint8Array): string {
  return Buffer.from(key).toString('latin1')
}

const horizonMs = 86_400_000

function withRecords(batch: RecordBatch, records: readonly RecordFields[]): RecordBatch {
  if (batch.recordCount === records.length) return batch
  const hasTombstone = batch.magic === 2 && records.some(({ value }) => value === null)
  const baseTimestamp = hasTombstone ? batch.maxTimestamp + horizonMs : batch.baseTimestamp
  const bytes = encodeRecords(records, { offset: batch.baseOffset, timestamp: baseTimestamp })
  const maxTimestamp = Math.max(...records.map(({ timestamp }) => timestamp))
  return { ...batch, baseTimestamp, maxTimestamp, recordCount: records.length, bytes, start: 0, end: bytes.length }
}

function without(batch: RecordBatch): RecordBatch {
  return { ...batch, recordCount: 0, bytes: Buffer.alloc(0), start: 0, end: 0 }
}
