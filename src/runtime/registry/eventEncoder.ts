import { COMPATIBILITY, type SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import { KoffError } from '../../errors.ts'
import { avroSchema, toAvro } from '../../events/avro.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import { abortable } from '../abortable.ts'
import type { Opening } from '../opening.ts'
import { retry } from '../retry.ts'
import { registryClient } from './client.ts'
import { type RegistryAddress, type RegistryOptions, registryAddress } from './options.ts'
import { isOtherCompatibility, isRefusedConfig, registryFault } from './registryFault.ts'

export interface EventEncoder {
  /**
   * The event in Confluent's wire format: a zero byte, the schema's id, the Avro bytes.
   * @throws KoffError SINK_FAILED where the event does not fit its definition; never retriable.
   */
  encode(event: KoffEvent): Promise<Buffer>
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
  const { client, id } = await retry(attempt, { signal, timeoutMs: address.timeoutMs, watch })
  return {
    async encode(event) {
      try {
        return await client.encode(id, toAvro(event))
      } catch (error) {
        throw unfit(event, error)
      }
    },
  }
}

/** A request that gets no answer must not use up the time that is left for the next ones. */
const requestTimeoutMs = 10_000

async function register(address: RegistryAddress, subject: string, signal: AbortSignal) {
  const timeout = AbortSignal.timeout(Math.min(requestTimeoutMs, address.timeoutMs))
  const either = AbortSignal.any([signal, timeout])
  const client = registryClient(address, either)
  try {
    const id = await abortable(registerUnderAnyCompatibility(client, subject), either)
    return { client, id }
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

function unfit(event: KoffEvent, cause: unknown): KoffError {
  const paths = cause instanceof Error && 'paths' in cause && Array.isArray(cause.paths) ? cause.paths : []
  const places = paths.map(path => (Array.isArray(path) ? path.join('.') : String(path)))
  const where = places.length > 0 ? `at ${places.join(', ')}` : `(${String(cause)})`
  return new KoffError('SINK_FAILED', `event ${event.id}: does not fit the definition of ${event.type} ${where}`, {
    cause,
  })
}
