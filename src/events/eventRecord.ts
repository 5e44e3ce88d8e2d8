import { definitionOf, type EventType, eventTypes } from './definitions.ts'
import { envelopeFields } from './envelopeSchema.ts'
import { type RecordSchema, record } from './schema.ts'

/** The namespace of every Avro type. It hides no module and no keyword of any language. */
export const namespace = 'dev.koff'

/** The whole event as one record: the fields of the envelope, and the `data` of its type. */
export function eventRecord(type: EventType): RecordSchema {
  const known = records.get(type)
  if (known !== undefined) return known
  const { trigger, data } = definitionOf(type)
  const name = recordName(type)
  const about = `\`${type}\`. ${trigger}`
  const made = record(name, about, {
    ...envelopeFields,
    data: record(`${name}Data`, `Data of \`${type}\`.`, data),
  })
  records.set(type, made)
  return made
}

/** `member-joined` → `MemberJoined`. */
function recordName(type: EventType): string {
  return type.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** `member-joined` → `dev.koff.MemberJoined`. */
export function fullName(type: EventType): string {
  return `${namespace}.${recordName(type)}`
}

/** `dev.koff.MemberJoined` → `member-joined`; undefined for another name. */
export function typeOfRecord(fullName: string): EventType | undefined {
  return typesByRecord.get(fullName)
}

/** The URI of the JSON Schema of an event type. */
export function jsonSchemaId(type: EventType): string {
  return `urn:koff:event:${type}`
}

const records = new Map<EventType, RecordSchema>()
const typesByRecord = new Map(eventTypes.map(type => [fullName(type), type]))
