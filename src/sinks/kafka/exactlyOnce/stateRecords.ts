import type { Checkpoint } from '../../../delivery/output.ts'
import type { StoredPieces } from '../../../delivery/storedPieces.ts'
import type { BatchSize } from '../../../kafka/producer/rejection.ts'
import type { BatchRecord } from '../../../kafka/producer/rounds.ts'
import type { StateChange } from '../../../state/stored/entry.ts'
import type { MessageLimits } from '../messageLimits.ts'
import { raiseLimit } from '../raiseLimit.ts'
import { tableEntry } from './groupsTopic.ts'
import { type Owner, ownerKey, type StoredOwner } from './owner.ts'

export interface StateRecordsOptions {
  readonly stateTopic: string
  readonly limits: MessageLimits
  readonly pieces: StoredPieces
  /** Groups that the groups topic did not take; the next owner tries again. */
  readonly notWritten: ReadonlySet<string>
  readonly owner: () => Owner & Pick<StoredOwner, 'stateTopicId'>
}

/** What a batch of one record has around its key and value, at most. */
const framingBytes = 100
/** Entries cannot be split into smaller batches than these. */
const leastBatchBytes = 2_048

/** The records of the state, split to fit the topic. */
export function* stateRecords(
  { changes, table }: Checkpoint,
  { stateTopic, limits, pieces, notWritten, owner }: StateRecordsOptions,
): Generator<BatchRecord, void> {
  const batchBytes = limits.batchBytes(stateTopic)
  const mostBytes = batchBytes === undefined ? undefined : batchBytes - framingBytes
  yield* pieces.cut(changes, mostBytes)
  if (table !== undefined) {
    const { stored } = table
    const pending = stored.pending === null ? null : [...new Set([...stored.pending, ...notWritten])]
    yield* pieces.cut([tableEntry({ ...stored, pending })], mostBytes)
  }
  const stored: StoredOwner = { ...owner(), committedAt: Date.now() }
  yield { key: ownerKey, value: JSON.stringify(stored) }
}

/**
 * False where the state topic refused what cannot be made smaller. `batchBytes`: what batches had at most when the refused
 * one was made.
 */
export function canBeSmaller({ bytes }: BatchSize, batchBytes = Number.POSITIVE_INFINITY): boolean {
  return bytes <= batchBytes && bytes >= 2 * leastBatchBytes
}

export interface StateRefusal {
  readonly stateTopic: string
  readonly brokers: readonly string[]
  /** Of `__consumer_offsets`. */
  readonly partition: number
  readonly commit: Checkpoint
  readonly batch: BatchSize
}

/** The log line of a refusal that smaller pieces avoid. */
export function stateRefusedLine({ stateTopic: topic, brokers, partition, commit, batch }: StateRefusal) {
  const largest = commit.changes.reduce((most, one) => (sizeOf(one) > sizeOf(most) ? one : most))
  const [type = '', group = ''] = JSON.parse(largest.key) as readonly string[]
  const { bytes } = batch
  const message = `partition ${partition}: topic ${topic} refuses a batch of ${bytes} bytes (largest entry: ${type} of group ${group}, ${sizeOf(largest)} bytes); koff stores its state in smaller pieces, and nothing is lost; ${raiseLimit({ topic, brokers })}`
  return [message, { partition, topic, bytes, type, group }] as const
}

function sizeOf({ key, value }: StateChange): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value ?? '')
}
