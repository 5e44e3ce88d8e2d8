import type { Checkpoint } from '../../../delivery/output.ts'
import type { HistoryItem } from '../../../history/items.ts'
import { packItems } from '../../../history/packItems.ts'
import type { BatchRecord, PartitionRecords } from '../../../kafka/producer/rounds.ts'

export interface HistoryRecordsOptions {
  /** Undefined: nobody keeps a history. */
  readonly historyTopic?: string | undefined
  /** Of `__consumer_offsets`, and of the topic. */
  readonly partition: number
}

/** What a history keeps beside the events of a commit, and the ids of these, so that it knows when it has all of them. */
export function historyRecords(
  { events, history = [] }: Checkpoint,
  { historyTopic: topic, partition }: HistoryRecordsOptions,
): readonly PartitionRecords[] {
  const [first] = events
  if (topic === undefined || (first === undefined && history.length === 0)) return []
  const awaited: readonly HistoryItem[] =
    first === undefined ? [] : [{ kind: 'awaited', cluster: first.cluster, partition, ids: events.map(({ id }) => id) }]
  return [{ topic, partition, records: recordsOf([...awaited, ...history]) }]
}

function* recordsOf(items: readonly HistoryItem[]): Generator<BatchRecord, void> {
  for (const value of packItems(items)) yield { key: '', value }
}
