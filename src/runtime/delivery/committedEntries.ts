import { KoffError } from '../../errors.ts'
import type { StateChange } from '../../state/entry.ts'
import type { RecordBatch } from '../../wire/batch.ts'
import { controlType, RecordCursor } from '../../wire/recordCursor.ts'
import type { Source } from '../source.ts'

export interface CommittedEntries {
  /** Of the state topic, and so of `__consumer_offsets`. */
  readonly partition: number
  readonly entries: readonly StateChange[]
}

/**
 * The entries in a state topic, each partition's in log order, from a source that ends at the log's end and reads uncommitted:
 * those of a transaction come with its COMMIT marker, those of an aborted one never. Which producer's transactions
 * are settled is up to the caller: of one that is open at the end nothing is given.
 * @throws KoffError STATE_INVALID where the log holds what is not an entry.
 */
export async function* committedEntries(
  source: Source,
  topic: string,
  signal: AbortSignal,
): AsyncGenerator<CommittedEntries, void, void> {
  /** By partition and producer. */
  const open = new Map<string, StateChange[]>()
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
        if (settled !== null) yield { partition: batch.partition, entries: settled }
      } else if (batch.isTransactional) {
        const entries = open.get(transactionOf(batch)) ?? []
        open.set(transactionOf(batch), entries)
        for (const entry of entriesOf(cursor)) entries.push(entry)
      } else yield { partition: batch.partition, entries: [...entriesOf(cursor)] }
    }
  }
}

/** A transaction has a marker in each of its partitions. */
function transactionOf({ partition, producerId }: RecordBatch): string {
  return `${partition}/${producerId}`
}

function settle(open: Map<string, StateChange[]>, batch: RecordBatch, cursor: RecordCursor): StateChange[] | null {
  let committed: StateChange[] | null = null
  while (cursor.next()) {
    const type = controlType(cursor)
    if (type === 'UNKNOWN') continue
    if (type === 'COMMIT') committed = open.get(transactionOf(batch)) ?? null
    open.delete(transactionOf(batch))
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
