import type { Message } from 'kafkajs'
import { cloudEventHeaders } from '../../events/cloudEvents.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import type { EventEncoder } from '../../runtime/registry/eventEncoder.ts'

/** Keyed by the group, in UTF-8, so that the events of a group are in one partition and in order. */
async function eventMessage(event: KoffEvent, encoder: EventEncoder): Promise<Message> {
  return {
    key: Buffer.from(event.group),
    value: await encoder.encode(event),
    headers: cloudEventHeaders(event),
  }
}

/**
 * Messages in requests that any topic takes: one partition's share of a request is one record batch, and that is what
 * max.message.bytes (1 MiB unless set) limits. A single larger message is a request of its own.
 */
export async function* messageBatches(
  events: readonly KoffEvent[],
  encoder: EventEncoder,
): AsyncGenerator<Message[], void, undefined> {
  let batch: Message[] = []
  let bytes = 0
  for (const event of events) {
    const message = await eventMessage(event, encoder)
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

const batchBytes = 512 * 1024
/** Key, headers and framing; ids are short, and half of what is allowed is left for those that are not. */
const overheadBytes = 512
