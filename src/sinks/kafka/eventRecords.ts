import type { EventEncoder } from '../../avro/eventEncoder.ts'
import { cloudEventHeaders } from '../../events/cloudEvents.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import type { BatchRecord, PartitionRecords } from '../../kafka/producer/rounds.ts'

export interface RecordOptions {
  readonly topic: string
  readonly encoder: EventEncoder
  /** Which partition of the topic the events of a group go to. */
  readonly partitionOf: (group: string) => number
}

/**
 * What goes to each partition of the topic, in order. Keyed by the group, in UTF-8, so that the events of a group are in
 * one partition. An event is encoded when its record is asked for.
 */
export function eventRecords(events: readonly KoffEvent[], options: RecordOptions): readonly PartitionRecords[] {
  const { topic, encoder, partitionOf } = options
  const byPartition = Map.groupBy(events, ({ group }) => partitionOf(group))
  return [...byPartition].map(([partition, of]) => ({ topic, partition, records: encoded(of, encoder) }))
}

function* encoded(events: readonly KoffEvent[], encoder: EventEncoder): Generator<BatchRecord, void> {
  for (const event of events) {
    yield { key: event.group, value: encoder.encode(event), headers: cloudEventHeaders(event) }
  }
}
