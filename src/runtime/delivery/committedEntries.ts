import { KoffError } from '../../errors.ts'
import type { StateChange } from '../../state/entry.ts'
import type { RecordBatch } from '../../wire/batch.ts'
import { controlType, RecordCursor } from '../../wire/recordCursor.ts'
import type { Source } from '../source.ts'

/**
 * The entries in a partition of a state topic, in log order, from a source that ends at the log's end and reads uncommitted:
 * those of a transaction come with its COMMIT marker, those of an aborted one never. Which producer's transactions
 * are settled is up to the caller: of one that is open at the end nothing is given.
 * @throws KoffError STATE_INVALID where the log holds what is not an entry.
 */
export async function* committedEntries(
  source: Source,
  topic: string,
  signal: AbortSignal,
): AsyncGenerator<readonly StateChange[], void, void> {
  const open = new Map<bigint, StateChange[]>()
  const cursor = new RecordCursor()
  for await (const chunk of source.chunks(signal)) {
    for (const input of chunk) {
      if (input.kind === 'fault') {
        const { reason, offset } = input.fault
        throw new KoffError('STATE_INVALID', `topic ${topic}, offset ${offset ?? 'unknown'}: cannot be read: ${reason}`)
      }
      if (input.kind !== 'batch') continue
      const { batch } = input
      cursor.open(batch)
      if (batch.isControl) {
        const settled = settle(open, batch, cursor)
        if (settled !== null) yield settled
      } else if (batch.isTransactional) {
        const entries = open.get(batch.producerId) ?? []
        open.set(batch.producerId, entries)
        for (const entry of entriesOf(cursor)) entries.push(entry)
      } else yield [...entriesOf(cursor)]
    }
  }
}

function settle(open: Map<bigint, StateChange[]>, batch: RecordBatch, cursor: RecordCursor): StateChange[] | null {
  let committed: StateChange[] | null = null
  while (cursor.next()) {
    const type = controlType(cursor)
    if (type === 'UNKNOWN') continue
    if (type === 'COMMIT') committed = open.get(batch.producerId) ?? null
    open.delete(batch.producerId)
  }
  return committed
}

function* entriesOf(cursor: RecordCursor): Generator<StateChange> {
  while (cursor.next()) {
    const { bytes, keyStart, keyEnd, valueStart, valueEnd } = cursor
    if (keyStart < 0) continue
    const value = valueStart < 0 ? null : bytes.toString('utf8', valueStart, valueEnd)
    yield { key: bytes.toString('utf8', keyStart, keyEnd), value }
  }
}
