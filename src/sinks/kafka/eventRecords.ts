import { cloudEventHeaders } from '../../events/cloudEvents.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import type { BatchRecord, PartitionRecords } from '../../kafka/producer/rounds.ts'
import type { LeftOut, MessageLimits } from './messageLimits.ts'
import { type Routes, topicOf } from './routes.ts'
import type { TopicEncoder } from './topicEncoder.ts'

export interface RecordOptions {
  readonly routes: Routes
  readonly encoder: TopicEncoder
  /** Which partition of a topic the events of a group go to. */
  readonly partitionOf: (topic: string, group: string) => number
  readonly limits: MessageLimits
  /** Called with an event that is too large for its topic. */
  readonly leaveOut: (leftOut: LeftOut) => void
}

/**
 * The records of each partition of each topic, in order. The key is the group in UTF-8, so that the events of a group
 * are in one partition of a topic. An event is encoded when its record is requested.
 */
export function eventRecords(events: readonly KoffEvent[], options: RecordOptions): readonly PartitionRecords[] {
  const { routes, partitionOf, limits } = options
  const byTopic =
    'topic' in routes ? new Map([[routes.topic, events]]) : Map.groupBy(events, ({ type }) => topicOf(routes, type))
  return [...byTopic].flatMap(([topic, inTopic]) => {
    const byPartition = Map.groupBy(inTopic, ({ group }) => partitionOf(topic, group))
    const batchBytes = limits.batchBytes(topic)
    return [...byPartition].map(([partition, of]) => ({
      topic,
      partition,
      records: encoded(of, topic, options),
      ...(batchBytes === undefined ? {} : { batchBytes }),
    }))
  })
}

function* encoded(
  events: readonly KoffEvent[],
  topic: string,
  { encoder, limits, leaveOut }: RecordOptions,
): Generator<BatchRecord, void> {
  for (const event of events) {
    const headers = cloudEventHeaders(event, encoder.contentOf(event.type))
    const record = { key: event.group, value: encoder.encode(event), headers }
    const bytes = limits.excess(topic, record)
    if (bytes === null) yield record
    else leaveOut({ what: event, topic, bytes })
  }
}
