import type { OperatorFunction } from 'rxjs'
import { RecordCursor } from '../kafka/records/recordCursor.ts'
import type { Input } from '../state/input.ts'
import type { Chunk } from './chunk.ts'
import { map } from './rxjs.ts'

/** A chunk with a cursor for its batches. */
export interface DecodedChunk extends Chunk<Input> {
  readonly cursor: RecordCursor
}

/**
 * Gives each chunk a cursor, which turns the bytes of a batch into records and makes no object for a record. The next
 * stage opens it at a batch; the stage that reads a record decodes it, once.
 */
export function decode(): OperatorFunction<Chunk<Input>, DecodedChunk> {
  const cursor = new RecordCursor()
  return map(({ items, delivered }) => ({ items, delivered, cursor }))
}
