import { COMPATIBILITY, type SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import avsc from 'avsc'
import { abortable } from '../base/abortable.ts'
import { KoffError } from '../base/errors.ts'
import type { Opening } from '../base/opening.ts'
import { retry } from '../base/retry.ts'
import { avroSchema, toAvro } from '../events/avro.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { registryClient } from './client.ts'
import { int64Hook } from './int64Type.ts'
import { type RegistryAddress, type RegistryOptions, registryAddress } from './options.ts'
import { isOtherCompatibility, isRefusedConfig, registryFault } from './registryFault.ts'

export interface EventEncoder {
  /**
   * The event in Confluent's wire format: a zero byte, the schema's id, the Avro bytes.
   * @throws KoffError SINK_FAILED where the event does not fit its definition; never retriable.
   */
  encode(event: KoffEvent): Buffer
}

/**
 * Registers the schema of the events as `<topic>-value` and gives what writes events with it. Where nobody has chosen a
 * compatibility for that subject yet, it becomes FULL_TRANSITIVE; a choice that was made is left as it is.
 * @throws KoffError REGISTRY_UNREACHABLE after `timeoutMs`; at once what repeating does not mend: AUTHENTICATION_FAILED,
 * AUTHORIZATION_FAILED, TOPIC_UNFIT where another schema is there, CONFIG_INVALID.
 */
export async function openEventEncoder(
  registry: RegistryOptions,
  topic: string,
  { signal, opening }: { readonly signal: AbortSignal; readonly opening?: Opening | undefined },
): Promise<EventEncoder> {
  const address = registryAddress(registry)
  const subject = `${topic}-value`
  const watch = opening?.(`schema registry ${address.host}`)
  const attempt = () => register(address, subject, signal)
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

async function register(address: RegistryAddress, subject: string, signal: AbortSignal): Promise<number> {
  const timeout = AbortSignal.timeout(address.requestTimeoutMs)
  const either = AbortSignal.any([signal, timeout])
  const client = registryClient(address, either)
  try {
    return await abortable(registerUnderAnyCompatibility(client, subject), either)
  } catch (error) {
    signal.throwIfAborted()
    throw registryFault(timeout.aborted ? timeout.reason : error, { address, subject })
  }
}

/** The client refuses to register unless told the compatibility that the subject has, and has no way to ask for it. */
async function registerUnderAnyCompatibility(client: SchemaRegistry, subject: string): Promise<number> {
  const schema = { type: SchemaType.AVRO, schema: JSON.stringify(avroSchema()) } as const
  const levels = new Set([COMPATIBILITY.FULL_TRANSITIVE, ...Object.values(COMPATIBILITY)])
  let refusal: unknown
  for (const compatibility of levels) {
    try {
      return (await client.register(schema, { subject, compatibility })).id
    } catch (error) {
      // Who may register schemas need not be allowed to say how they may change.
      if (isRefusedConfig(error))
        return (await client.register(schema, { subject, compatibility, updateConfig: false })).id
      if (!isOtherCompatibility(error)) throw error
      refusal = error
    }
  }
  throw refusal
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
