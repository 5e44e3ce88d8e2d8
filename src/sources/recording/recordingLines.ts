import type { BatchFault, RecordBatch } from '../../kafka/records/batch.ts'
import { brokenBatch } from '../../kafka/records/batchFault.ts'
import { controlType, coordinatorEpoch } from '../../kafka/records/controlRecord.ts'
import type { RecordHeader } from '../../kafka/records/encodeRecords.ts'
import { RecordCursor } from '../../kafka/records/recordCursor.ts'
import type { Input } from '../../state/input.ts'

/**
 * Inputs as the lines of a recording, each ended by a line feed. Every input that an event can depend on has its line or
 * lines; a batch without records and a source's position have none.
 */
export function recordingLines(inputs: readonly Input[]): string {
  const cursor = new RecordCursor()
  return inputs.map(input => linesOf(input, cursor)).join('')
}

function linesOf(input: Input, cursor: RecordCursor): string {
  switch (input.kind) {
    case 'batch':
      return recordLines(input.batch, cursor)
    case 'fault':
      return faultLine(input.fault)
    case 'logEnd':
    case 'topic':
    case 'groupState':
    case 'shareStart':
    case 'offsetTime':
    case 'tick':
      return line(input)
    case 'position':
      return ''
    default:
      return input satisfies never
  }
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`
}

function recordLines(batch: RecordBatch, cursor: RecordCursor): string {
  const header =
    `,"timestampType":"${batch.timestampType}","batchBaseOffset":${batch.baseOffset}` +
    `,"batchLastOffset":${batch.lastOffset},"magic":${batch.magic},"leaderEpoch":${batch.leaderEpoch}` +
    `,"compression":"${batch.compression}","isControl":${batch.isControl}`
  const producer =
    `,"isTransactional":${batch.isTransactional},"producerId":${batch.producerId}` +
    `,"producerEpoch":${batch.producerEpoch},"sequence":`
  let lines = ''
  cursor.open(batch)
  while (cursor.next()) {
    lines +=
      `{"partition":${batch.partition},"offset":${cursor.offset},"timestamp":${cursor.timestamp}${header}` +
      `${batch.isControl ? control(cursor) : ''}${producer}${cursor.sequence}` +
      `,"keyBase64":${base64(cursor.bytes, cursor.keyStart, cursor.keyEnd)}` +
      `,"valueBase64":${base64(cursor.bytes, cursor.valueStart, cursor.valueEnd)}` +
      `,"headers":${JSON.stringify(cursor.headers().map(headerOf))}}\n`
  }
  // The records after it were not read: the recording is to say so.
  return cursor.fault === null ? lines : lines + faultLine(brokenBatch(batch, batch.baseOffset, cursor.fault))
}

function faultLine({ byteOffset: position, code, reason, ...place }: BatchFault): string {
  return line({ kind: 'fault', ...place, position, code, reason })
}

function control(cursor: RecordCursor): string {
  return `,"controlType":"${controlType(cursor)}","coordinatorEpoch":${coordinatorEpoch(cursor)}`
}

function base64(bytes: Buffer, start: number, end: number): string {
  return start < 0 ? 'null' : `"${bytes.toString('base64', start, end)}"`
}

function headerOf({ key, value }: RecordHeader): object {
  return { key, valueBase64: value === null ? null : base64Of(value) }
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}
