import { namespace } from './eventRecord.ts'
import type { Fields, RecordSchema, Schema } from './schema.ts'

/** An Avro schema as plain JSON. */
export type AvroSchema = string | readonly AvroSchema[] | { readonly [attribute: string]: unknown }

/** The schema of a record with everything that it contains. */
export function avroSchema({ name, about, fields }: RecordSchema): AvroSchema {
  return { type: 'record', name, namespace, doc: about, fields: avroFields(fields, new Set([name])) }
}

/** A named type is defined where it first occurs, and referenced by name afterwards, as Avro requires. */
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
    // A field that may be added later needs a default, so that older readers still work.
    ...(schema.kind === 'nullable' ? { default: null } : schema.kind === 'list' ? { default: [] } : {}),
  }))
}
