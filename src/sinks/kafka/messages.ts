import kafkajs, { type Message, type PartitionMetadata } from 'kafkajs'
import { cloudEventHeaders } from '../../events/cloudEvents.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import type { EventEncoder } from '../../runtime/registry/eventEncoder.ts'

/** Keyed by the group, in UTF-8, so that the events of a group are in one partition and in order. */
function eventMessage(event: KoffEvent, encoder: EventEncoder): Message {
  return {
    key: Buffer.from(event.group),
    value: encoder.encode(event),
    headers: cloudEventHeaders(event),
  }
}

/**
 * Messages in requests that any topic takes: one partition's share of a request is one record batch, and that is what
 * max.message.bytes (1 MiB unless set) limits. A single larger message is a request of its own.
 */
export function* messageBatches(
  events: readonly KoffEvent[],
  encoder: EventEncoder,
): Generator<Message[], void, undefined> {
  let batch: Message[] = []
  let bytes = 0
  for (const event of events) {
    const message = eventMessage(event, encoder)
    const size = (message.value?.length ?? 0) + overheadBytes
    if (batch.length > 0 && bytes + size > batchBytes) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(message)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

/**
 * The messages of each partition by themselves, in order. kafkajs 2.2.4 must be given no more in one call: where one broker
 * answers and another does not, and leaders move before it tries again, it sends what was taken to the new leader once
 * more, or what was not taken never. Of one partition it sends the same records with the same sequence numbers again.
 */
export function byPartition(messages: readonly Message[], { topic, partitions }: Partitioned): Message[][] {
  const parts = new Map<number, Message[]>()
  const partitionMetadata = metadataOf(partitions)
  for (const message of messages) {
    const partition = message.partition ?? partitionOf({ topic, message, partitionMetadata })
    const part = parts.get(partition)
    const placed = { ...message, partition }
    if (part === undefined) parts.set(partition, [placed])
    else part.push(placed)
  }
  return [...parts.values()]
}

interface Partitioned {
  readonly topic: string
  /** How many the topic has. */
  readonly partitions: number
}

/** The Java client's: other producers and readers of a group's partition agree with it. */
const partitionOf = kafkajs.Partitioners.DefaultPartitioner()

/** Of what a key is hashed to, only the number of partitions counts. */
function metadataOf(partitions: number): PartitionMetadata[] {
  return Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }))
}

const batchBytes = 512 * 1024
/** Key, headers and framing; ids are short, and half of what is allowed is left for those that are not. */
const overheadBytes = 512
