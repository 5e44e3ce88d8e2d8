import type { EncoderContext } from '../../../avro/eventEncoder.ts'
import { openGroupEncoder } from '../../../avro/groupEncoder.ts'
import { offsetsPartitionOf } from '../../../coordinator/consumerOffsets.ts'
import { withInt64 } from '../../../coordinator/jsonValue.ts'
import { committedEntries } from '../../../delivery/committedEntries.ts'
import type { GroupChange, StoredTable } from '../../../delivery/groupTable.ts'
import type { Source } from '../../../engine/source.ts'
import { type GroupState, smallerGroupStates } from '../../../events/groupState.ts'
import type { BatchRecord, PartitionRecords } from '../../../kafka/producer/rounds.ts'
import type { StateChange } from '../../../state/stored/entry.ts'
import type { LeftOut, MessageLimits } from '../messageLimits.ts'
import type { ContentOptions } from '../topicEncoder.ts'

/** No part of the state has this key; its value is what the next owner needs to know about the groups topic. */
export const tableKey = JSON.stringify(['groupsTopic'])

export type EncodeGroup = (value: GroupState) => Buffer | string

/** Groups are encoded as events are. The registry is available: the events needed it before. */
export async function openGroupsTopic(
  topic: string,
  { format = 'avro', registry, subjects }: ContentOptions,
  context: EncoderContext,
): Promise<EncodeGroup> {
  if (format === 'json' || registry === undefined) return value => JSON.stringify(value, withInt64)
  return openGroupEncoder({ registry, topic, subjects }, context)
}

export interface GroupsInOptions {
  readonly topic: string
  /** Of `__consumer_offsets`. */
  readonly partition: number
  /** How many partitions `__consumer_offsets` has. */
  readonly partitions: number
}

/**
 * The groups of one partition of `__consumer_offsets` that have a value in the topic, from a source that ends at its
 * end.
 */
export async function groupsIn(
  source: Source,
  { topic, partition, partitions }: GroupsInOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const groups = new Set<string>()
  for await (const { entries } of committedEntries(source, topic, signal)) {
    for (const { key, value } of entries) {
      if (value === null) groups.delete(key)
      else if (offsetsPartitionOf(key, partitions) === partition) groups.add(key)
    }
  }
  signal.throwIfAborted()
  return [...groups]
}

export interface GroupRecordsOptions {
  readonly topic: string
  readonly encode: EncodeGroup
  readonly partitionOf: (topic: string, group: string) => number
  readonly limits: MessageLimits
  /** Groups that the topic did not take at their last change, however little was written of them. */
  readonly notWritten: Set<string>
  /** Called with a group that is one of these now. */
  readonly leaveOut: (leftOut: LeftOut) => void
}

/**
 * The key is the group in UTF-8; a group that is gone has no value. A group is encoded when its record is requested.
 */
export function groupRecords(groups: readonly GroupChange[], options: GroupRecordsOptions): PartitionRecords[] {
  const { topic, partitionOf, limits } = options
  const byPartition = Map.groupBy(groups, ({ group }) => partitionOf(topic, group))
  const batchBytes = limits.batchBytes(topic)
  return [...byPartition].map(([partition, of]) => ({
    topic,
    partition,
    records: encoded(of, options),
    ...(batchBytes === undefined ? {} : { batchBytes }),
  }))
}

function* encoded(groups: readonly GroupChange[], options: GroupRecordsOptions): Generator<BatchRecord, void> {
  const { topic, notWritten, leaveOut } = options
  for (const change of groups) {
    const { group } = change
    const bytes = yield* fitting(change, options)
    if (bytes === null) notWritten.delete(group)
    else {
      if (!notWritten.has(group)) leaveOut({ what: { group }, topic, bytes })
      notWritten.add(group)
    }
  }
}

/** Gives the most of a group that the topic takes. Returns the bytes of the least where it takes nothing; else null. */
function* fitting(
  { group: key, value }: GroupChange,
  { topic, encode, limits }: GroupRecordsOptions,
): Generator<BatchRecord, number | null> {
  let excess: number | null = null
  // One after the other: an encoder may reuse its memory.
  for (const state of statesOf(value)) {
    const record = { key, value: state === null ? null : encode(state) }
    excess = limits.excess(topic, record)
    if (excess !== null) continue
    yield record
    return null
  }
  return excess
}

function* statesOf(value: GroupState | null): Generator<GroupState | null> {
  yield value
  if (value !== null) yield* smallerGroupStates(value)
}

export function tableEntry(stored: StoredTable): StateChange {
  return { key: tableKey, value: JSON.stringify(stored) }
}

export function tableOf({ value }: StateChange): StoredTable | null {
  return value === null ? null : (JSON.parse(value) as StoredTable)
}
