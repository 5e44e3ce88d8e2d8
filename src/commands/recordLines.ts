import { type Decoded, decodeAt } from '../coordinator/decode.ts'
import { embeddedOf } from '../coordinator/embedded.ts'
import type { LogPosition } from '../coordinator/json.ts'
import type { BatchFault, RecordBatch } from '../kafka/records/batch.ts'
import { brokenBatch } from '../kafka/records/batchFault.ts'
import { controlType } from '../kafka/records/controlRecord.ts'
import { RecordCursor } from '../kafka/records/recordCursor.ts'
import type { Input } from '../state/input.ts'
import { note, type Shell } from '../terminal/shell.ts'
import type { RecordFilter } from './recordFilter.ts'

/** How the three kinds of lines look; each returns one with its line feed. */
export interface LineFormat {
  record(position: LogPosition, decoded: Decoded): string
  control(position: LogPosition, marker: { readonly control: 'COMMIT' | 'ABORT'; readonly producerId: bigint }): string
  fault(fault: BatchFault): string
}

/** Makes lines of inputs and counts what it made them of. */
export interface RecordLines {
  readonly linesOf: (input: Input) => string
  /** Records and markers that became a line. */
  readonly records: number
  /** Those among them that Kafka cannot read, or of which it cannot read a part. */
  readonly unreadable: number
  /** Places in the log where there was no readable batch. */
  readonly faults: number
}

export function recordLines(filter: RecordFilter, format: LineFormat): RecordLines {
  const cursor = new RecordCursor()
  let records = 0
  let unreadable = 0
  let faults = 0

  function batchLines(batch: RecordBatch): string {
    if (!filter.wantsBatch(batch)) return ''
    let lines = ''
    let nextOffset = batch.baseOffset
    cursor.open(batch)
    while (cursor.next()) {
      nextOffset = cursor.offset + 1
      const position = { partition: batch.partition, offset: cursor.offset, timestamp: cursor.timestamp }
      if (filter.wantsPosition(position)) lines += batch.isControl ? controlLine(batch, position) : recordLine(position)
    }
    return cursor.fault === null ? lines : lines + faultLine(brokenBatch(batch, nextOffset, cursor.fault))
  }

  function recordLine(position: LogPosition): string {
    const decoded = decodeAt(cursor)
    if (!filter.wantsRecord(decoded)) return ''
    records += 1
    if (!isReadable(decoded)) unreadable += 1
    return format.record(position, decoded)
  }

  function controlLine({ producerId }: RecordBatch, position: LogPosition): string {
    const control = controlType(cursor)
    // Other control records (of KRaft's own log) end no transaction and never stand in this topic.
    if (!filter.wantsMarkers || control === 'UNKNOWN') return ''
    records += 1
    return format.control(position, { control, producerId })
  }

  function faultLine(fault: BatchFault): string {
    if (!filter.wantsFault(fault)) return ''
    faults += 1
    return format.fault(fault)
  }

  return {
    linesOf(input) {
      if (input.kind === 'batch') return batchLines(input.batch)
      return input.kind === 'fault' ? faultLine(input.fault) : ''
    },
    get records() {
      return records
    },
    get unreadable() {
      return unreadable
    },
    get faults() {
      return faults
    },
  }
}

/** Prints the number of unreadable records at the end, if there are any. */
export function noteUnread(shell: Shell, { records, unreadable, faults }: RecordLines): void {
  if (unreadable > 0) note(shell, `${unreadable} of ${records} records could not be read, or not in full`)
  if (faults > 0) note(shell, `${faults} ${faults === 1 ? 'place' : 'places'} in the log without a readable batch`)
}

function isReadable(decoded: Decoded): boolean {
  if (decoded.kind === 'undecodable') return false
  for (const part of embeddedOf(decoded) ?? []) {
    if (part.subscription.kind === 'unreadable') return false
    if ('assignment' in part && part.assignment.kind === 'unreadable') return false
  }
  return true
}
