import { definitionOf, type EventType, eventTypes } from './definitions.ts'
import { envelopeFields } from './envelopeSchema.ts'
import { type RecordSchema, record } from './schema.ts'

/** Of every named Avro type. No language has a module or a keyword of this name. */
export const namespace = 'dev.koff'

/** The whole event as one record: the envelope's fields, and `data` as its type has it. */
export function eventRecord(type: EventType): RecordSchema {
  const known = records.get(type)
  if (known !== undefined) return known
  const { trigger, data } = definitionOf(type)
  const name = recordName(type)
  const about = `\`${type}\`. ${trigger}`
  const made = record(name, about, {
    ...envelopeFields,
    data: record(`${name}Data`, `What there is to know about \`${type}\`.`, data),
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

/** `dev.koff.MemberJoined` → `member-joined`; undefined where the name is not that of an event. */
export function typeOfRecord(fullName: string): EventType | undefined {
  return typesByRecord.get(fullName)
}

/** The URI by which events in JSON name their schema. */
export function jsonSchemaId(type: EventType): string {
  return `urn:koff:event:${type}`
}

const records = new Map<EventType, RecordSchema>()
const typesByRecord = new Map(eventTypes.map(type => [fullName(type), type]))
