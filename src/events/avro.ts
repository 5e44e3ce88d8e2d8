import { namespace } from './eventRecord.ts'
import type { Fields, RecordSchema, Schema } from './schema.ts'

/** An Avro schema as plain JSON. */
export type AvroSchema = string | readonly AvroSchema[] | { readonly [attribute: string]: unknown }

/** A record with all that it is made of. */
export function avroSchema({ name, about, fields }: RecordSchema): AvroSchema {
  return { type: 'record', name, namespace, doc: about, fields: avroFields(fields, new Set([name])) }
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
      return { type: 'enum', name, doc: schema.about, symbols: avroSymbols(schema.symbols), default: unknownSymbol }
    }
  }
}

/** The symbols of an enum in Avro, in the order that gives each its number. */
export function avroSymbols(symbols: readonly string[]): readonly string[] {
  return symbols.includes(unknownSymbol) ? symbols : [...symbols, unknownSymbol]
}

const unknownSymbol = 'unknown'

function avroFields(fields: Fields, named: Set<string>): AvroSchema[] {
  return Object.entries(fields).map(([name, schema]) => ({
    name,
    doc: schema.doc,
    type: avroType(schema, named),
    // What can be added later without breaking a reader must have a default.
    ...(schema.kind === 'nullable' ? { default: null } : schema.kind === 'list' ? { default: [] } : {}),
  }))
}
