import { definitionOf, definitions, type EventType, isEventType } from './definitions.ts'
import type { KoffEvent } from './envelope.ts'
import { envelopeSchema } from './envelopeSchema.ts'
import { type Fields, record, type Schema } from './schema.ts'

/** An Avro schema as plain JSON. */
export type AvroSchema = string | readonly AvroSchema[] | { readonly [attribute: string]: unknown }

/** What an Avro library reads and writes: `data` wrapped by the full name of its record, since it is a union of many. */
export interface AvroEvent extends Omit<KoffEvent, 'data'> {
  readonly data: Readonly<Record<string, unknown>>
}

const namespace = 'io.koff'

/** One envelope record; a union at the top level is what registries and clients handle badly. */
export function avroSchema(): AvroSchema {
  const named = new Set<string>()
  const envelope = avroFields(envelopeSchema.fields, named)
  const branches = definitions.map(({ type, trigger, data }) =>
    avroType(record(recordName(type), trigger, data), named),
  )
  return {
    type: 'record',
    name: envelopeSchema.name,
    namespace,
    doc: envelopeSchema.doc,
    fields: [...envelope, { name: 'data', doc: 'What there is to know about it, by type.', type: branches }],
  }
}

/** `data` wrapped, text made well-formed: a lone surrogate has no UTF-8 form, so it is written as U+FFFD. */
export function toAvro(event: KoffEvent): AvroEvent {
  const branch = branchOf(event.type)
  return { ...(envelopeOf(event) as Omit<KoffEvent, 'data'>), data: { [branch.name]: branch.dataOf(event.data) } }
}

/**
 * The event in what an Avro library decoded with this schema.
 * @throws RangeError where `type` is unknown or `data` is another type's.
 */
export function fromAvro(value: AvroEvent): KoffEvent {
  const { type } = value
  const data = isEventType(type) ? value.data[`${namespace}.${recordName(type)}`] : undefined
  if (data === undefined)
    throw new RangeError(`no event: type ${JSON.stringify(type)} with data ${Object.keys(value.data).join()}`)
  return { ...value, data } as KoffEvent
}

/** `member-joined` → `MemberJoined`. */
function recordName(type: EventType): string {
  return type.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** A named type is written out where it is first met, and by its name from then on, as Avro wants it. */
function avroType(schema: Schema, named: Set<string>): AvroSchema {
  switch (schema.kind) {
    case 'string':
    case 'word':
      return 'string'
    case 'int':
    case 'long':
    case 'boolean':
      return schema.kind
    case 'millis':
      return 'long'
    case 'time':
      return { type: 'long', logicalType: 'timestamp-millis' }
    case 'nullable':
      return ['null', avroType(schema.of, named)]
    case 'list':
      return { type: 'array', items: avroType(schema.of, named) }
    case 'enum':
    case 'record': {
      const { name } = schema
      if (named.has(name)) return `${namespace}.${name}`
      named.add(name)
      if (schema.kind === 'record')
        return { type: 'record', name, doc: schema.about, fields: avroFields(schema.fields, named) }
      const fallback = schema.fallback === null ? {} : { default: schema.fallback }
      return { type: 'enum', name, doc: schema.about, symbols: schema.symbols, ...fallback }
    }
  }
}

function avroFields(fields: Fields, named: Set<string>): AvroSchema[] {
  return Object.entries(fields).map(([name, schema]) => ({
    name,
    doc: schema.doc,
    type: avroType(schema, named),
    // What can be added later without breaking a reader must have a default.
    ...(schema.kind === 'nullable' ? { default: null } : schema.kind === 'list' ? { default: [] } : {}),
  }))
}

/** Gives the value with its text made well-formed. */
type WellFormed = (value: unknown) => unknown

interface Branch {
  /** Of the record that `data` is. */
  readonly name: string
  readonly dataOf: WellFormed
}

const branches = new Map<EventType, Branch>()

function branchOf(type: EventType): Branch {
  const known = branches.get(type)
  if (known !== undefined) return known
  const branch = { name: `${namespace}.${recordName(type)}`, dataOf: wellFormedRecord(definitionOf(type).data) }
  branches.set(type, branch)
  return branch
}

const envelopeOf = wellFormedRecord(envelopeSchema.fields)

/** Null where there is no text in such a value. Made once for each type, since every event goes through it. */
function wellFormed(schema: Schema): WellFormed | null {
  switch (schema.kind) {
    case 'string':
      return value => (value as string).toWellFormed()
    case 'nullable': {
      const inner = wellFormed(schema.of)
      return inner === null ? null : value => (value === null ? null : inner(value))
    }
    case 'list': {
      const inner = wellFormed(schema.of)
      return inner === null ? null : value => (value as readonly unknown[]).map(inner)
    }
    case 'record':
      return wellFormedRecord(schema.fields)
    case 'enum':
    case 'word':
    case 'int':
    case 'long':
    case 'millis':
    case 'time':
    case 'boolean':
      return null
  }
}

function wellFormedRecord(fields: Fields): WellFormed {
  const parts = Object.entries(fields).map(([name, schema]) => [name, wellFormed(schema)] as const)
  return value => {
    const result: Record<string, unknown> = {}
    for (const [name, part] of parts) {
      const given = (value as Record<string, unknown>)[name]
      result[name] = part === null ? given : part(given)
    }
    return result
  }
}
