import { KoffError } from '../../errors.ts'
import { type EventEncoder, openEventEncoder } from '../../runtime/registry/eventEncoder.ts'
import type { RegistryOptions } from '../../runtime/registry/options.ts'

/** @throws KoffError REGISTRY_MISSING: events are Avro in a topic, and nobody can read that without the registry. */
export async function openTopicEncoder(
  registry: RegistryOptions | undefined,
  topic: string,
  opening: Parameters<typeof openEventEncoder>[2],
): Promise<EventEncoder> {
  if (registry !== undefined) return openEventEncoder(registry, topic, opening)
  throw new KoffError(
    'REGISTRY_MISSING',
    `topic ${topic}: events are written as Avro, which needs a schema registry; set registry.url, or write to stdout`,
  )
}
