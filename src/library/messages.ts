import { decodeAt } from '../coordinator/decode.ts'
import type { RecordPlace } from '../events/envelope.ts'
import type { BatchFault, RecordBatch } from '../kafka/records/batch.ts'
import { brokenBatch } from '../kafka/records/batchFault.ts'
import { controlType } from '../kafka/records/controlRecord.ts'
import { RecordCursor } from '../kafka/records/recordCursor.ts'
import type { Input, PositionInput, TopicInput } from '../state/input.ts'
import { type Message, messageOf } from './decode.ts'

/** What a consumer gives: records, and what else stands in the log. */
export type ConsumerMessage = (Message & ReadRecord) | MarkerMessage | FaultMessage

export interface ReadRecord {
  readonly source: RecordPlace
  /** The transaction that the record is part of: it counts when the producer's marker says COMMIT. Null: it counts. */
  readonly transaction: Transaction | null
}

export interface Transaction {
  readonly producerId: bigint
  readonly producerEpoch: number
}

/** The end of a producer's transaction in this partition. */
export interface MarkerMessage {
  readonly kind: 'marker'
  readonly control: 'COMMIT' | 'ABORT'
  /** Its epoch is one above that of the records that it ends (KIP-890). */
  readonly transaction: Transaction
  readonly source: RecordPlace
}

/** A place in the log without a readable batch, or whose records are lost. What follows is read on. */
export interface FaultMessage {
  readonly kind: 'fault'
  readonly fault: BatchFault
}

export interface ProgressListener {
  readonly position: (input: PositionInput) => void
  readonly topic: (input: TopicInput) => void
}

/**
 * The messages in a chunk of a source, made as they are asked for; the chunk must be valid as long. What the chunk tells
 * besides goes to `listener` in its turn: a position when all below it was taken.
 */
export function* messagesIn(
  inputs: Iterable<Input>,
  listener: ProgressListener,
): Generator<ConsumerMessage, void, undefined> {
  const cursor = new RecordCursor()
  for (const input of inputs) {
    switch (input.kind) {
      case 'batch':
        yield* messagesOfBatch(input.batch, cursor)
        break
      case 'fault':
        yield { kind: 'fault', fault: input.fault }
        break
      case 'position':
        listener.position(input)
        break
      case 'topic':
        listener.topic(input)
        break
      case 'logEnd':
      case 'groupState':
      case 'shareStart':
      case 'offsetTime':
      case 'tick':
        break
    }
  }
}

function* messagesOfBatch(batch: RecordBatch, cursor: RecordCursor): Generator<ConsumerMessage, void, undefined> {
  const { partition, producerId, producerEpoch, isControl, isTransactional } = batch
  const transaction = isTransactional ? { producerId, producerEpoch } : null
  let nextOffset = batch.baseOffset
  cursor.open(batch)
  while (cursor.next()) {
    const { offset, timestamp } = cursor
    nextOffset = offset + 1
    const source = { partition, offset, timestamp }
    if (!isControl) {
      yield { ...messageOf(decodeAt(cursor)), source, transaction }
      continue
    }
    const control = controlType(cursor)
    if (control !== 'UNKNOWN') yield { kind: 'marker', control, transaction: { producerId, producerEpoch }, source }
  }
  if (cursor.fault !== null) yield { kind: 'fault', fault: brokenBatch(batch, nextOffset, cursor.fault) }
}
