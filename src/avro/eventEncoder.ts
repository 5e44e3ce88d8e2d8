import { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Opening } from '../base/opening.ts'
import { retry } from '../base/retry.ts'
import type { EventType } from '../events/definitions.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { eventRecord } from '../events/eventRecord.ts'
import { type RegistryOptions, registryAddress } from './options.ts'
import { RegisteredRecords } from './registeredRecords.ts'

export interface EventEncoderOptions {
  readonly registry: RegistryOptions
  /** The subject of the schema of a type. */
  readonly subjectOf: (type: EventType) => string
  /** All types that may have to be written; registered at the start. */
  readonly types: Iterable<EventType>
}

export interface EncoderContext {
  readonly signal: AbortSignal
  readonly log: Log
  readonly opening?: Opening | undefined
}

export interface EventEncoder {
  /**
   * Ensures that the types of these events have a schema id, as nearly always.
   * @throws KoffError, retriable where only time is needed.
   */
  prepare(events: readonly KoffEvent[], signal: AbortSignal): Promise<void>
  /**
   * The event in Confluent's wire format, valid until the next call: a zero byte, the schema's id, the Avro bytes.
   * @throws KoffError SINK_FAILED where the event does not fit its definition; never retriable.
   */
  encode(event: KoffEvent): Buffer
  /** The URL of the schema in the registry. */
  schemaUrl(type: EventType): string
}

/**
 * Registers the schemas of all types and returns the encoder of their events. If the registry took some of them, koff
 * retries the others before their first event. If it took none, there is nothing that koff could write.
 * @throws KoffError REGISTRY_UNREACHABLE after `timeoutMs`; at once what repeating does not mend: AUTHENTICATION_FAILED,
 * AUTHORIZATION_FAILED, TOPIC_UNFIT where another schema is there, CONFIG_INVALID.
 */
export async function openEventEncoder(
  options: EventEncoderOptions,
  { signal, log, opening }: EncoderContext,
): Promise<EventEncoder> {
  const address = registryAddress(options.registry)
  const records = new RegisteredRecords(address, log)
  const recordOf = (type: EventType) => ({ record: eventRecord(type), subject: options.subjectOf(type) })
  const wanted = [...options.types].map(recordOf)
  const attempt = async () => {
    const failures = await records.register(wanted, signal)
    const failure = failures.find(({ retriable }) => retriable) ?? failures[0]
    if (failure !== undefined) throw failure
  }
  try {
    const watch = opening?.(`schema registry ${address.host}`)
    await retry(attempt, { signal, timeoutMs: address.timeoutMs, watch })
  } catch (error) {
    if (records.size === 0 || !(error instanceof KoffError)) throw error
    const unregistered = wanted.filter(({ record }) => !records.has(record)).map(({ subject }) => subject)
    const { message: reason } = error
    const message = `${unregistered.length} of ${wanted.length} schemas are not registered: ${reason}; koff retries before the first event of each`
    log.warn(message, { subjects: unregistered, reason })
  }
  return {
    async prepare(events, until) {
      const isMissing = ({ type }: KoffEvent) => !records.has(eventRecord(type))
      if (!events.some(isMissing)) return
      const missing = new Set(events.filter(isMissing).map(({ type }) => type))
      const [failure] = await records.register([...missing].map(recordOf), until)
      if (failure !== undefined) throw failure
    },
    encode(event) {
      try {
        return records.encode(eventRecord(event.type), event)
      } catch (error) {
        if (!(error instanceof KoffError)) throw error
        throw new KoffError(error.code, `event ${event.id}: ${error.message}`, { cause: error })
      }
    },
    schemaUrl: type => records.schemaUrl(eventRecord(type)),
  }
}
