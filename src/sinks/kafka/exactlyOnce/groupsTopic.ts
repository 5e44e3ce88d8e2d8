import type { EncoderContext } from '../../../avro/eventEncoder.ts'
import { openGroupEncoder } from '../../../avro/groupEncoder.ts'
import { withInt64 } from '../../../coordinator/jsonValue.ts'
import type { GroupChange, StoredTable } from '../../../delivery/groupTable.ts'
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
