import { openEventDecoder } from '../avro/eventDecoder.ts'
import type { RegistryOptions } from '../avro/options.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { BrokerOptions } from '../kafka/net/brokerOptions.ts'
import { RecordCursor } from '../kafka/records/recordCursor.ts'
import { openKafkaSource } from '../sources/kafka/source.ts'

export interface CleanEventsOptions {
  readonly broker: BrokerOptions
  readonly topic: string
  readonly registry: RegistryOptions | undefined
  /** Called where the topic no longer has its first event. */
  readonly isCut: () => void
  readonly signal: AbortSignal
}

/** The events of a clean topic that were committed, up to where it ends now, in pieces. */
export async function* cleanEvents(options: CleanEventsOptions): AsyncGenerator<readonly KoffEvent[]> {
  const { broker, topic, registry, isCut, signal } = options
  const decoder = openEventDecoder(registry, topic, signal)
  await using source = await openKafkaSource({
    ...broker,
    topic,
    topicNames: false,
    untilEnd: true,
    isolation: 'committed',
    waitForTopic: false,
    signal,
  })
  const cursor = new RecordCursor()
  const begun = new Set<number>()
  for await (const inputs of source.chunks(signal)) {
    const events: KoffEvent[] = []
    for (const input of inputs) {
      if (input.kind !== 'batch') continue
      const { batch } = input
      if (!begun.has(batch.partition) && batch.baseOffset > 0) isCut()
      begun.add(batch.partition)
      for (cursor.open(batch); cursor.next(); ) {
        const { bytes, valueStart, valueEnd } = cursor
        if (valueStart < 0) continue
        const event = await decoder.decode(bytes.subarray(valueStart, valueEnd))
        if (event !== null) events.push(event)
      }
    }
    if (events.length > 0) yield events
  }
}
