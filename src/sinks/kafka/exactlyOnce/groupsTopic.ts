import type { EncoderContext } from '../../../avro/eventEncoder.ts'
import { openGroupEncoder } from '../../../avro/groupEncoder.ts'
import { offsetsPartitionOf } from '../../../coordinator/consumerOffsets.ts'
import { withInt64 } from '../../../coordinator/jsonValue.ts'
import { committedEntries } from '../../../delivery/committedEntries.ts'
import type { GroupChange, StoredTable } from '../../../delivery/groupTable.ts'
import type { Source } from '../../../engine/source.ts'
import type { GroupState } from '../../../events/groupState.ts'
import type { PartitionRecords } from '../../../kafka/producer/rounds.ts'
import type { StateChange } from '../../../state/stored/entry.ts'
import type { ContentOptions } from '../topicEncoder.ts'

/** No part of the state has this key: what the next owner has to know of the groups topic. */
export const tableKey = JSON.stringify(['groupsTopic'])

export type EncodeGroup = (value: GroupState) => Buffer | string

/** Groups are written as events are. The registry is there: the events needed it before. */
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

/** The groups of one partition of `__consumer_offsets` that have a value in the topic, from a source that ends at its end. */
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
}

/** Keyed by the group, in UTF-8; no value for a group that is gone. */
export function groupRecords(groups: readonly GroupChange[], options: GroupRecordsOptions): PartitionRecords[] {
  const { topic, encode, partitionOf } = options
  const byPartition = Map.groupBy(groups, ({ group }) => partitionOf(topic, group))
  return [...byPartition].map(([partition, of]) => ({ topic, partition, records: encoded(of, encode) }))
}

function* encoded(groups: readonly GroupChange[], encode: EncodeGroup) {
  for (const { group, value } of groups) yield { key: group, value: value === null ? null : encode(value) }
}

export function tableEntry(stored: StoredTable): StateChange {
  return { key: tableKey, value: JSON.stringify(stored) }
}

export function tableOf({ value }: StateChange): StoredTable | null {
  return value === null ? null : (JSON.parse(value) as StoredTable)
}
