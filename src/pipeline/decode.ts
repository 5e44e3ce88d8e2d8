import type { RecordBatch } from '../kafka/records/batch.ts'
import { RecordCursor } from '../kafka/records/recordCursor.ts'
import type { Input } from '../state/input.ts'
import { overItems } from './chunk.ts'

/** A batch with a cursor before its first record: the cursor makes no object for a record. Valid until the next item. */
export interface OpenBatch {
  readonly kind: 'records'
  readonly batch: RecordBatch
  readonly cursor: RecordCursor
}

/** The items of a source, with opened batches. */
export type Decoded = Exclude<Input, { readonly kind: 'batch' }> | OpenBatch

/** Opens each batch: bytes → records. The stage that reads a record decodes it, once. */
export const decode = () => overItems(decoded)

export function* decoded(inputs: Iterable<Input>): Generator<Decoded, void, undefined> {
  const cursor = new RecordCursor()
  let open: { kind: 'records'; batch: RecordBatch; cursor: RecordCursor } | null = null
  for (const input of inputs) {
    if (input.kind !== 'batch') yield input
    else {
      cursor.open(input.batch)
      // One object for all batches: most have one record.
      open ??= { kind: 'records', batch: input.batch, cursor }
      open.batch = input.batch
      yield open
    }
  }
}
