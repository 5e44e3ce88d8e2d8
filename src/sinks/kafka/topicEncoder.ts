import { type EncoderContext, openEventEncoder } from '../../avro/eventEncoder.ts'
import type { RegistryOptions } from '../../avro/options.ts'
import { eventSubject, type SubjectStrategy } from '../../avro/subjects.ts'
import { KoffError } from '../../base/errors.ts'
import type { Content } from '../../events/cloudEvents.ts'
import type { EventType } from '../../events/definitions.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import { jsonSchemaId } from '../../events/eventRecord.ts'
import { eventJson } from '../../events/ndjson.ts'
import { type Routes, routesText, topicOf } from './routes.ts'

/** How events become record values. */
export interface ContentOptions {
  readonly routes: Routes
  /** All types that may have to be written. */
  readonly types: ReadonlySet<EventType>
  /** Avro unless given. */
  readonly format?: 'avro' | 'json' | undefined
  /** For Avro: `open` fails without one. */
  readonly registry?: RegistryOptions | undefined
  /** `topic` where a topic has one type, else `topic-record`, unless given. */
  readonly subjects?: SubjectStrategy | undefined
}

export interface TopicEncoder {
  /** To be called before the events are encoded. @throws KoffError, retriable where only time is needed. */
  prepare(events: readonly KoffEvent[], signal: AbortSignal): Promise<void>
  /** Valid until the next call. @throws KoffError SINK_FAILED where the event does not fit its definition. */
  encode(event: KoffEvent): Buffer | string
  contentOf(type: EventType): Content
}

/** @throws KoffError REGISTRY_MISSING: a reader needs the registry to decode Avro. */
export async function openTopicEncoder(options: ContentOptions, context: EncoderContext): Promise<TopicEncoder> {
  const { routes, types, format = 'avro', registry } = options
  if (format === 'json') return jsonEncoder
  if (registry === undefined) {
    throw new KoffError(
      'REGISTRY_MISSING',
      `topic ${routesText(routes)}: Avro needs a schema registry; set registry.url, or format: json`,
    )
  }
  const subject = eventSubject({
    subjects: options.subjects,
    topicOf: type => topicOf(routes, type),
    isOneType: 'pattern' in routes || types.size === 1,
  })
  const encoder = await openEventEncoder({ registry, types, subjectOf: subject }, context)
  return {
    prepare: (events, signal) => encoder.prepare(events, signal),
    encode: event => encoder.encode(event),
    contentOf: type => ({ contentType: 'application/avro', dataschema: encoder.schemaUrl(type) }),
  }
}

const jsonEncoder: TopicEncoder = {
  prepare: async () => undefined,
  encode: event => eventJson(event),
  contentOf: type => ({ contentType: 'application/json', dataschema: jsonSchemaId(type) }),
}
