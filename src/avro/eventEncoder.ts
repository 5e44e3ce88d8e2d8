import avsc from 'avsc'
import { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Opening } from '../base/opening.ts'
import { retry } from '../base/retry.ts'
import { avroSchema, toAvro } from '../events/avro.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { registryClient } from './client.ts'
import { int64Hook } from './int64Type.ts'
import { type RegistryOptions, registryAddress } from './options.ts'

export interface EventEncoder {
  /**
   * The event in Confluent's wire format: a zero byte, the schema's id, the Avro bytes.
   * @throws KoffError SINK_FAILED where the event does not fit its definition; never retriable.
   */
  encode(event: KoffEvent): Buffer
}

export interface EncoderContext {
  readonly signal: AbortSignal
  readonly log: Log
  readonly opening?: Opening | undefined
}

/**
 * Registers the schema of the events as `<topic>-value` and gives what writes events with it.
 * @throws KoffError REGISTRY_UNREACHABLE after `timeoutMs`; at once what repeating does not mend: AUTHENTICATION_FAILED,
 * AUTHORIZATION_FAILED, TOPIC_UNFIT where another schema is there, CONFIG_INVALID.
 */
export async function openEventEncoder(
  registry: RegistryOptions,
  topic: string,
  { signal, log, opening }: EncoderContext,
): Promise<EventEncoder> {
  const address = registryAddress(registry)
  const client = registryClient(address, log)
  const watch = opening?.(`schema registry ${address.host}`)
  const attempt = () => client.register(`${topic}-value`, avroSchema() as object, signal)
  const id = await retry(attempt, { signal, timeoutMs: address.timeoutMs, watch })
  return eventEncoder(id)
}

/** Writes events with the schema that has this id in its registry. */
export function eventEncoder(id: number): EventEncoder {
  const type = avsc.Type.forSchema(avroSchema() as avsc.Schema, { typeHook: int64Hook })
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(id, 1)
  return {
    encode(event) {
      let avro: unknown
      try {
        avro = toAvro(event)
        return Buffer.concat([prefix, type.toBuffer(avro)])
      } catch (error) {
        throw unfit(event, placesIn(type, avro), error)
      }
    },
  }
}

/** Where in the value the schema finds what it does not take. */
function placesIn(type: avsc.Type, value: unknown): readonly string[] {
  const places: string[] = []
  if (value === undefined) return places
  type.isValid(value, { errorHook: path => void places.push(path.join('.')) })
  return places
}

function unfit(event: KoffEvent, places: readonly string[], cause: unknown): KoffError {
  const where = places.length > 0 ? `at ${places.join(', ')}` : `(${String(cause)})`
  return new KoffError('SINK_FAILED', `event ${event.id}: does not fit the definition of ${event.type} ${where}`, {
    cause,
  })
}
