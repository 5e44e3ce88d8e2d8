import type { RecordBatch } from '../../kafka/records/batch.ts'
import { encodeRecords, type RecordFields } from '../../kafka/records/encodeRecords.ts'
import type { BatchInput, Input } from '../../state/input.ts'
import type { RecordLine } from './lines.ts'

export interface BatchAssembly {
  /** Takes the next line. Throws an Error with the reason where it does not fit those before. */
  addRecord(line: RecordLine): void
  /** An input that is a line of its own. */
  addInput(input: Input): void
  /** Removes the complete inputs, in the order of their first lines; at the end `all` of them. */
  take(which: 'complete' | 'all'): Input[]
}

interface OpenBatch {
  readonly kind: 'open'
  readonly first: RecordLine
  readonly records: RecordFields[]
  maxTimestamp: number
  /** Number of lines when the last one of this batch was taken. */
  lastLine: number
  isComplete: boolean
}

/**
 * After so many lines without one of its own, a batch is complete without its last record. Compaction takes that away;
 * the next batch of the partition tells as well, but it may never come. Counted in lines, so that the same recording
 * gives the same inputs however it is read.
 */
const MAX_LINES_APART = 4_096

/**
 * Restores the batches of a recording: a batch is the lines of one partition with the same batchBaseOffset; other lines
 * may be between them. In message formats v0 and v1 every line is a batch. A batch has the position of its first line.
 */
export function assembleBatches(): BatchAssembly {
  const queue: (Input | OpenBatch)[] = []
  const latest = new Map<number, OpenBatch>()
  let lines = 0
  return {
    addRecord(line) {
      lines++
      const before = latest.get(line.partition)
      check(line, before)
      if (before !== undefined && before.first.batchBaseOffset === line.batchBaseOffset && line.magic === 2) {
        if (before.isComplete || lines - before.lastLine > MAX_LINES_APART) {
          throw new Error(
            `its batch had its last line before more than ${MAX_LINES_APART} others: they belong together`,
          )
        }
        extend(before, line, lines)
        return
      }
      if (before !== undefined) before.isComplete = true
      const batch: OpenBatch = {
        kind: 'open',
        first: line,
        records: [],
        maxTimestamp: line.timestamp,
        lastLine: lines,
        isComplete: false,
      }
      extend(batch, line, lines)
      latest.set(line.partition, batch)
      queue.push(batch)
    },
    addInput(input) {
      lines++
      queue.push(input)
    },
    take(which) {
      const held = which === 'all' ? -1 : queue.findIndex(entry => entry.kind === 'open' && !isDone(entry, lines))
      return queue
        .splice(0, held < 0 ? queue.length : held)
        .map(entry => (entry.kind === 'open' ? input(entry) : entry))
    },
  }
}

function isDone(batch: OpenBatch, lines: number): boolean {
  batch.isComplete ||= lines - batch.lastLine >= MAX_LINES_APART
  return batch.isComplete
}

function check(line: RecordLine, before: OpenBatch | undefined): void {
  const { partition, offset, batchBaseOffset, batchLastOffset } = line
  if (offset < batchBaseOffset || offset > batchLastOffset) {
    throw new Error(`offset ${offset} is not in its batch, ${batchBaseOffset} to ${batchLastOffset}`)
  }
  if (batchLastOffset - batchBaseOffset > 0x7fffffff) throw new Error(`impossible last offset ${batchLastOffset}`)
  if (before === undefined) return
  const last = before.records.at(-1)?.offset ?? -1
  if (offset <= last)
    throw new Error(`offset ${offset} of partition ${partition} comes after ${last}: not in log order`)
  if (batchBaseOffset !== before.first.batchBaseOffset || line.magic !== 2) return
  for (const field of ['isControl', 'isTransactional', 'producerId', 'magic', 'batchLastOffset'] as const) {
    if (line[field] !== before.first[field]) throw new Error(`${field} is not that of the other lines of its batch`)
  }
}

function extend(batch: OpenBatch, line: RecordLine, lines: number): void {
  batch.records.push({
    offset: line.offset,
    timestamp: line.timestamp,
    key: bytesOf(line.keyBase64, 'keyBase64'),
    value: bytesOf(line.valueBase64, 'valueBase64'),
    headers: line.headers.map(header => ({ key: header.key, value: bytesOf(header.valueBase64, 'headers') })),
  })
  batch.maxTimestamp = Math.max(batch.maxTimestamp, line.timestamp)
  batch.lastLine = lines
  batch.isComplete = line.magic < 2 || line.offset === line.batchLastOffset
}

/** Node skips characters that are not base64: the result is then shorter than the text suggests. */
function bytesOf(base64: string | null, field: string): Buffer | null {
  if (base64 === null) return null
  const bytes = Buffer.from(base64, 'base64')
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
  if (bytes.length !== (base64.length / 4) * 3 - padding) throw new Error(`${field}: is not base64`)
  return bytes
}

function input(open: OpenBatch): BatchInput {
  const { first, records, maxTimestamp } = open
  const isMessage = first.magic < 2
  const baseOffset = isMessage ? first.offset : first.batchBaseOffset
  const bytes = encodeRecords(records, { offset: baseOffset, timestamp: first.timestamp })
  const batch: RecordBatch = {
    partition: first.partition,
    byteOffset: 0,
    baseOffset,
    lastOffset: isMessage ? first.offset : first.batchLastOffset,
    leaderEpoch: first.leaderEpoch,
    magic: first.magic,
    compression: first.compression,
    timestampType: first.timestampType,
    baseTimestamp: first.timestamp,
    maxTimestamp,
    isTransactional: first.isTransactional,
    isControl: first.isControl,
    producerId: BigInt(first.producerId),
    producerEpoch: first.producerEpoch,
    baseSequence: first.sequence < 0 ? -1 : (first.sequence - (first.offset - baseOffset)) & 0x7fffffff,
    recordCount: records.length,
    bytes,
    start: 0,
    end: bytes.length,
  }
  return { kind: 'batch', batch }
}
