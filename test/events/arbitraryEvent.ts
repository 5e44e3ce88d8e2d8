import fc from 'fast-check'
import { definitionOf, type EventType } from '../../src/events/definitions.ts'
import type { Int64, KoffEvent } from '../../src/events/envelope.ts'
import { envelopeFields } from '../../src/events/envelopeSchema.ts'
import type { Fields, Schema } from '../../src/events/schema.ts'

/** Any event that the definition of its type allows, with text of any Unicode, and integers over their whole range. */
export function arbitraryEvent(type: EventType, text: fc.Arbitrary<string> = anyText): fc.Arbitrary<KoffEvent> {
  const definition = definitionOf(type)
  return fc
    .tuple(arbitraryFields(envelopeFields, text), arbitraryFields(definition.data, text))
    .map(([envelope, data]) => ({ ...envelope, type, severity: definition.severity, data }) as unknown as KoffEvent)
}

/** Well-formed Unicode: all that bytes from Kafka can become. */
const anyText = fc.string({ unit: 'binary', maxLength: 90 })

/** UTF-16 of any kind, lone surrogates included. */
export const anyUtf16 = fc.string({ unit: fc.nat(0xffff).map(code => String.fromCharCode(code)), maxLength: 90 })

export const anyInt64: fc.Arbitrary<Int64> = fc
  .oneof(fc.maxSafeInteger().map(BigInt), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
  .map(value => (Number.isSafeInteger(Number(value)) ? Number(value) : value))

function arbitraryFields(fields: Fields, text: fc.Arbitrary<string>): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, arbitrary(schema, text)])))
}

function arbitrary(schema: Schema, text: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  switch (schema.kind) {
    case 'string':
      return text
    case 'int':
      return fc.integer()
    case 'long':
      return anyInt64
    case 'millis':
    case 'time':
      return fc.maxSafeInteger()
    case 'boolean':
      return fc.boolean()
    case 'enum':
      return fc.constantFrom(...schema.symbols)
    case 'word':
      return fc.constantFrom(...schema.words)
    case 'nullable':
      return fc.option(arbitrary(schema.of, text))
    case 'list':
      return fc.array(arbitrary(schema.of, text), { maxLength: 4 })
    case 'record':
      return arbitraryFields(schema.fields, text)
  }
}
