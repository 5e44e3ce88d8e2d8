import { KoffError } from '../base/errors.ts'
import type { Source } from '../engine/source.ts'
import type { RecordBatch } from '../kafka/records/batch.ts'
import { controlType } from '../kafka/records/controlRecord.ts'
import { RecordCursor } from '../kafka/records/recordCursor.ts'
import type { StateChange } from '../state/stored/entry.ts'

export interface CommittedEntries {
  /** The partition of the state topic, which is that of `__consumer_offsets`. */
  readonly partition: number
  readonly entries: readonly StateChange[]
}

/** A partition of a state topic, for reading to its log end. */
export interface StateLog extends AsyncDisposable {
  /** Ends by itself. */
  readonly source: Source
  /** The log end according to the leader, which knows all acknowledged records (KIP-207). */
  readonly end: number
}

/**
 * All committed entries in a partition of a state topic. A broker that has just started or become the leader may know
 * less than there is for a moment, and an outdated state is worse than none.
 * @throws KoffError BROKER_ERROR, retriable, where the source ends before the log does.
 */
export async function* wholeState(
  { source, end }: StateLog,
  topic: string,
  signal: AbortSignal,
): AsyncGenerator<readonly StateChange[], void, void> {
  let position = 0
  const watched: Source = {
    cluster: source.cluster,
    async *chunks(until) {
      for await (const chunk of source.chunks(until)) {
        for (const input of chunk) {
          if (input.kind === 'position') position = Math.max(position, input.position)
          if (input.kind === 'batch') position = Math.max(position, input.batch.lastOffset + 1)
        }
        yield chunk
      }
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  }
  for await (const { entries } of committedEntries(watched, topic, signal)) yield entries
  if (signal.aborted || position >= end) return
  throw new KoffError('BROKER_ERROR', `topic ${topic}: read to offset ${position}, but its log ends at ${end}`, {
    retriable: true,
  })
}

/**
 * The entries in a state topic, in log order for each partition, from a source that ends at the log's end and reads
 * uncommitted. Entries of a transaction come with its COMMIT marker; those of an aborted one never come, nor those of a
 * transaction that is open at the end. The caller ensures that the transactions of its producer are settled.
 * @throws KoffError STATE_INVALID where the log holds something else.
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
