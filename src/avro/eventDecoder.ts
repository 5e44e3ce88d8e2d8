import avsc from 'avsc'
import { KoffError } from '../base/errors.ts'
import { noLog } from '../base/log.ts'
import { type AvroEvent, avroSchema, fromAvro } from '../events/avro.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { registryClient } from './client.ts'
import { int64Hook } from './int64Type.ts'
import { type RegistryOptions, registryAddress } from './options.ts'

export interface EventDecoder {
  /**
   * The event in Confluent's wire format, as this version knows it: what the schema that it was written with lacks has its
   * default.
   * @throws KoffError INPUT_UNREADABLE where it is no event that this version knows; as the registry, where it has to be asked.
   */
  decode(bytes: Buffer): Promise<KoffEvent>
}

/** How to read what was written with a schema; null: with the very schema of this version. */
type Resolver = ReturnType<avsc.Type['createResolver']> | null

/** Magic byte and schema id. */
const headerBytes = 5

/** Asks the registry for each schema once. */
export function openEventDecoder(registry: RegistryOptions, topic: string, signal: AbortSignal): EventDecoder {
  const client = registryClient(registryAddress(registry), noLog)
  const reader = avsc.Type.forSchema(avroSchema() as avsc.Schema, { typeHook: int64Hook })
  const resolvers = new Map<number, Resolver>()

  const resolverOf = async (id: number): Promise<Resolver> => {
    const schema = await client.schemaOf(id, signal)
    try {
      const writer = avsc.Type.forSchema(schema as avsc.Schema, { typeHook: int64Hook })
      const resolver = writer.equals(reader) ? null : reader.createResolver(writer)
      resolvers.set(id, resolver)
      return resolver
    } catch (error) {
      throw unreadable(topic, error)
    }
  }

  return {
    async decode(bytes) {
      if (bytes.length < headerBytes || bytes[0] !== 0) throw unreadable(topic, 'not Avro of a schema registry')
      const id = bytes.readUInt32BE(1)
      const known = resolvers.get(id)
      const resolver = known === undefined ? await resolverOf(id) : known
      try {
        const value: unknown = reader.fromBuffer(bytes.subarray(headerBytes), resolver ?? undefined)
        return fromAvro(value as AvroEvent)
      } catch (error) {
        throw unreadable(topic, error)
      }
    },
  }
}

function unreadable(topic: string, cause: unknown): KoffError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new KoffError('INPUT_UNREADABLE', `topic ${topic} holds what is no event that this koff knows: ${why}`, {
    cause,
  })
}
