import type { Message } from 'kafkajs'
import { cloudEventHeaders } from '../../events/cloudEvents.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import type { EventEncoder } from '../../runtime/registry/eventEncoder.ts'

/** Keyed by the group, in UTF-8, so that the events of a group are in one partition and in order. */
function eventMessage(event: KoffEvent, { encoder, partitionOf }: MessageOptions): PlacedMessage {
  return {
    key: Buffer.from(event.group),
    partition: partitionOf(event.group),
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
  options: MessageOptions,
): Generator<PlacedMessage[], void, undefined> {
  let batch: PlacedMessage[] = []
  let bytes = 0
  for (const event of events) {
    const message = eventMessage(event, options)
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
export function byPartition(messages: readonly PlacedMessage[]): PlacedMessage[][] {
  return [...Map.groupBy(messages, ({ partition }) => partition).values()]
}

export interface MessageOptions {
  readonly encoder: EventEncoder
  /** Which partition of the topic the events of a group go to. */
  readonly partitionOf: (group: string) => number
}

export type PlacedMessage = Message & { readonly partition: number }

const batchBytes = 512 * 1024
/** Key, headers and framing; ids are short, and half of what is allowed is left for those that are not. */
const overheadBytes = 512
