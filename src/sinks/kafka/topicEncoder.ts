import { type EncoderContext, type EventEncoder, openEventEncoder } from '../../avro/eventEncoder.ts'
import type { RegistryOptions } from '../../avro/options.ts'
import { KoffError } from '../../base/errors.ts'

/** @throws KoffError REGISTRY_MISSING: events are Avro in a topic, and nobody can read that without the registry. */
export async function openTopicEncoder(
  registry: RegistryOptions | undefined,
  topic: string,
  context: EncoderContext,
): Promise<EventEncoder> {
  if (registry !== undefined) return openEventEncoder(registry, topic, context)
  throw new KoffError(
    'REGISTRY_MISSING',
    `topic ${topic}: events are written as Avro, which needs a schema registry; set registry.url, or write to stdout`,
  )
}
