import avsc from 'avsc'
import { KoffError } from '../base/errors.ts'
import { noLog } from '../base/log.ts'
import { avroSchema } from '../events/avro.ts'
import type { EventType } from '../events/definitions.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { eventRecord, namespace, typeOfRecord } from '../events/eventRecord.ts'
import { storedEvent } from '../events/storedEvent.ts'
import { registryClient } from './client.ts'
import { int64Hook } from './int64Type.ts'
import { type RegistryOptions, registryAddress } from './options.ts'
import { eventOfUnion, unionRecord } from './unionEvent.ts'

export interface EventDecoder {
  /**
   * The event in a value of the clean topic, JSON or Avro, as this version knows it: what the schema that it was written
   * with lacks has its default. Null where a later version of koff wrote a type that this one does not know.
   * @throws KoffError INPUT_UNREADABLE where it is no event; as the registry, where it has to be asked.
   */
  decode(bytes: Buffer): Promise<KoffEvent | null>
}

/** Decodes values of one schema. */
type Read = (bytes: Buffer) => KoffEvent | null

/** Magic byte and schema id. */
const headerBytes = 5
const brace = '{'.charCodeAt(0)

/** Requests each schema from the registry once. Without a registry it decodes only JSON. */
export function openEventDecoder(
  registry: RegistryOptions | undefined,
  topic: string,
  signal: AbortSignal,
): EventDecoder {
  const client = registry === undefined ? null : registryClient(registryAddress(registry), noLog)
  const readers = new Map<number, Read>()

  const readerOf = async (id: number): Promise<Read> => {
    if (client === null) throw unreadable(topic, 'it is Avro, but no schema registry is configured')
    const reader = readerFor(await client.typeOf(id, signal))
    readers.set(id, reader)
    return reader
  }

  return {
    async decode(bytes) {
      try {
        if (bytes[0] === brace) return storedEvent(JSON.parse(bytes.toString()))
        if (bytes.length < headerBytes || bytes[0] !== 0)
          throw new RangeError('neither JSON nor Avro of a schema registry')
        const id = bytes.readInt32BE(1)
        const read = readers.get(id) ?? (await readerOf(id))
        return read(bytes.subarray(headerBytes))
      } catch (error) {
        signal.throwIfAborted()
        throw error instanceof KoffError ? error : unreadable(topic, error)
      }
    },
  }
}

function readerFor(writer: avsc.Type): Read {
  const { name = '' } = writer
  if (name === unionRecord) return bytes => eventOfUnion(writer.fromBuffer(bytes))
  const type = typeOfRecord(name)
  if (type !== undefined) return readerOfType(type, writer)
  if (!name.startsWith(`${namespace}.`)) throw new RangeError(`a record of ${name === '' ? 'another schema' : name}`)
  return () => null
}

function readerOfType(type: EventType, writer: avsc.Type): Read {
  const reader = avsc.Type.forSchema(avroSchema(eventRecord(type)) as avsc.Schema, { typeHook: int64Hook })
  const resolver = writer.equals(reader) ? undefined : reader.createResolver(writer)
  return bytes => reader.fromBuffer(bytes, resolver) as KoffEvent
}

function unreadable(topic: string, cause: unknown): KoffError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new KoffError('INPUT_UNREADABLE', `topic ${topic} has a value that is not an event of this koff: ${why}`, {
    cause,
  })
}
