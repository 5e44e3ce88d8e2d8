import type { EventType } from '../../src/events/definitions.ts'
import { eventRecord, jsonSchemaId } from '../../src/events/eventRecord.ts'
import type { Fields, RecordSchema, Schema } from '../../src/events/schema.ts'

/** A JSON Schema, draft 2020-12, as plain JSON. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/** What events of a type are as JSON. Open, as the rule for growing wants it: further fields and words are allowed. */
export function eventJsonSchema(type: EventType): JsonSchema {
  const { about } = eventRecord(type)
  const $defs: Record<string, JsonSchema> = {}
  const schema = eventProperties(type, { put: $defs, at: '#/$defs/' })
  return { $schema: draft, $id: jsonSchemaId(type), title: type, description: about, ...schema, $defs }
}

/** Where records and enums that have a name stand. */
export interface Definitions {
  readonly put: Record<string, JsonSchema>
  /** What a `$ref` puts before the name. */
  readonly at: string
}

/** As `eventJsonSchema`, with what has a name elsewhere. */
export function eventProperties(type: EventType, definitions: Definitions): JsonSchema {
  const { fields } = eventRecord(type)
  const { properties, ...schema } = recordSchema(fields, definitions)
  const ofType = { const: type, description: fields['type']?.doc }
  return { ...schema, properties: { ...(properties as object), type: ofType } }
}

const draft = 'https://json-schema.org/draft/2020-12/schema'

/** What values of a record are as JSON. */
export function recordJsonSchema({ name, about, fields }: RecordSchema, $id: string): JsonSchema {
  const $defs: Record<string, JsonSchema> = {}
  return {
    $schema: draft,
    $id,
    title: name,
    description: about,
    ...recordSchema(fields, { put: $defs, at: '#/$defs/' }),
    $defs,
  }
}

export function recordSchema(fields: Fields, definitions: Definitions): JsonSchema {
  const entries = Object.entries(fields)
  return {
    type: 'object',
    properties: Object.fromEntries(
      entries.map(([name, schema]) => [name, { description: schema.doc, ...jsonSchema(schema, definitions) }]),
    ),
    required: entries.map(([name]) => name),
  }
}

function jsonSchema(schema: Schema, definitions: Definitions): JsonSchema {
  const { put, at } = definitions
  switch (schema.kind) {
    case 'string':
      return { type: 'string' }
    case 'int':
      return { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }
    case 'long':
      return { anyOf: [{ type: 'integer' }, { type: 'string', pattern: '^-?[0-9]+$' }] }
    case 'millis':
    case 'time':
      return { type: 'integer' }
    case 'boolean':
      return { type: 'boolean' }
    case 'nullable':
      return { anyOf: [{ type: 'null' }, jsonSchema(schema.of, definitions)] }
    case 'list':
      return { type: 'array', items: jsonSchema(schema.of, definitions) }
    case 'word':
      return { anyOf: [{ enum: schema.words }, { type: 'string' }] }
    case 'enum':
      put[schema.name] ??= { description: schema.about, anyOf: [{ enum: schema.symbols }, { type: 'string' }] }
      return { $ref: `${at}${schema.name}` }
    case 'record':
      put[schema.name] ??= { description: schema.about, ...recordSchema(schema.fields, definitions) }
      return { $ref: `${at}${schema.name}` }
  }
}
