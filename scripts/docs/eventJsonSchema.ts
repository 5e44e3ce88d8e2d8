import type { EventType } from '../../src/events/definitions.ts'
import { eventRecord, jsonSchemaId } from '../../src/events/eventRecord.ts'
import type { Fields, RecordSchema, Schema } from '../../src/events/schema.ts'

/** A JSON Schema, draft 2020-12, as plain JSON. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/** What events of a type are as JSON. Open, as the rule for growing wants it: further fields and words are allowed. */
export function eventJsonSchema(type: EventType): JsonSchema {
  const record = eventRecord(type)
  const { properties, ...schema } = recordJsonSchema(record, jsonSchemaId(type))
  const ofType = { const: type, description: record.fields['type']?.doc }
  return { ...schema, title: type, properties: { ...(properties as object), type: ofType } }
}

/** What values of a record are as JSON. */
export function recordJsonSchema({ name, about, fields }: RecordSchema, $id: string): JsonSchema {
  const $defs: Record<string, JsonSchema> = {}
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id,
    title: name,
    description: about,
    ...recordSchema(fields, $defs),
    $defs,
  }
}

function recordSchema(fields: Fields, $defs: Record<string, JsonSchema>): JsonSchema {
  const entries = Object.entries(fields)
  return {
    type: 'object',
    properties: Object.fromEntries(
      entries.map(([name, schema]) => [name, { description: schema.doc, ...jsonSchema(schema, $defs) }]),
    ),
    required: entries.map(([name]) => name),
  }
}

/** A record or enum that has a name stands in `$defs`. */
function jsonSchema(schema: Schema, $defs: Record<string, JsonSchema>): JsonSchema {
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
      return { anyOf: [{ type: 'null' }, jsonSchema(schema.of, $defs)] }
    case 'list':
      return { type: 'array', items: jsonSchema(schema.of, $defs) }
    case 'word':
      return { anyOf: [{ enum: schema.words }, { type: 'string' }] }
    case 'enum':
      $defs[schema.name] ??= { description: schema.about, anyOf: [{ enum: schema.symbols }, { type: 'string' }] }
      return { $ref: `#/$defs/${schema.name}` }
    case 'record':
      $defs[schema.name] ??= { description: schema.about, ...recordSchema(schema.fields, $defs) }
      return { $ref: `#/$defs/${schema.name}` }
  }
}
