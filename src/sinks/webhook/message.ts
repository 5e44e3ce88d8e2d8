import { createHash } from 'node:crypto'
import { cloudEventAttributes } from '../../events/cloudEvents.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import { jsonSchemaId } from '../../events/eventRecord.ts'
import { eventJson } from '../../events/ndjson.ts'
import type { contentModes } from './schema.ts'

export type ContentMode = (typeof contentModes)[number]

/** The content of a request. */
export interface Content {
  /** The same for the same events: a receiver recognises a repeat by it. */
  readonly id: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * One event, or a batch, in the HTTP binding of CloudEvents 1.0.2. The data is the event as every sink writes it. The
 * content type has no charset: it is UTF-8 without one, and some SDKs refuse the parameter.
 */
export function contentOf(events: readonly KoffEvent[], mode: ContentMode): Content {
  const [first, ...others] = events
  if (first === undefined) throw new RangeError('a request has at least one event')
  if (mode === 'batched') {
    return {
      id: batchId(events),
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      body: `[${events.map(structured).join(',')}]`,
    }
  }
  if (others.length > 0) throw new RangeError('only a batch has several events')
  const id = headerText(first.id)
  if (mode === 'structured') {
    return { id, headers: { 'content-type': 'application/cloudevents+json' }, body: structured(first) }
  }
  const attributes = Object.entries(cloudEventAttributes(first, jsonSchemaId(first.type)))
  const headers = attributes.map(([name, value]) => [`ce-${name}`, headerText(String(value))])
  return {
    id,
    headers: { ...Object.fromEntries(headers), 'content-type': 'application/json' },
    body: eventJson(first),
  }
}

function structured(event: KoffEvent): string {
  const attributes = { ...cloudEventAttributes(event, jsonSchemaId(event.type)), datacontenttype: 'application/json' }
  // `eventJson` knows how to write an int64.
  return `${JSON.stringify(attributes).slice(0, -1)},"data":${eventJson(event)}}`
}

function batchId(events: readonly KoffEvent[]): string {
  const ids = createHash('sha256')
  for (const { id } of events) ids.update(`${id}\n`)
  return `batch-${ids.digest('hex').slice(0, 32)}`
}

/** Printable ASCII without space, double quote and percent sign; the rest percent-encoded (3.1.3.2 of the binding). */
function headerText(text: string): string {
  const encoded = (character: string) => encodeURIComponent(character.toWellFormed())
  return text.replace(/[^\x21\x23\x24\x26-\x7e]/gu, character => {
    const code = character.charCodeAt(0)
    return code < 0x80 ? `%${code.toString(16).toUpperCase().padStart(2, '0')}` : encoded(character)
  })
}
