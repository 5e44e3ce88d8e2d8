import { z } from 'zod'
import { configSchema } from './schema.ts'

/** A JSON Schema, as far as configurations make use of it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly oneOf?: readonly JsonSchema[]
  readonly anyOf?: readonly JsonSchema[]
}

/** For editors: a configuration file as it is written, with variables in it. */
export function configJsonSchema(): JsonSchema {
  const { $schema, ...schema } = plainConfigSchema()
  return {
    $schema,
    title: 'Configuration of koff',
    ...withVariablesInside(schema),
    $defs: { variable: { type: 'string', pattern: '\\$\\{', description: '${NAME} or ${NAME:-default}' } },
  }
}

/** The same without variables: what the values are in the end. */
export function plainConfigSchema(): JsonSchema {
  const surroundings = { readFile: () => ({ text: '' }), home: '.' }
  return z.toJSONSchema(configSchema(surroundings), {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const isSection = jsonSchema.properties !== undefined
      // What a section is without anything in it stands at its keys. Where texts are taken too zod leaves the default out.
      if (isSection) delete jsonSchema.default
      else if (zodSchema instanceof z.ZodDefault) jsonSchema.default = zodSchema.def.defaultValue
    },
  }) as JsonSchema
}

/** Wherever a text would not do, one with a variable in it does. */
function withVariables(schema: JsonSchema): JsonSchema {
  const { description, default: fallback, ...rest } = withVariablesInside(schema)
  if (rest.const !== undefined || !takesNoText(rest)) return withVariablesInside(schema)
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [rest, { $ref: '#/$defs/variable' }],
  }
}

function takesNoText({ type, enum: names, pattern }: JsonSchema): boolean {
  if (names !== undefined || pattern !== undefined) return true
  return [type].flat().some(name => name === 'integer' || name === 'boolean')
}

function withVariablesInside(schema: JsonSchema): JsonSchema {
  const { properties, items, oneOf, anyOf } = schema
  return {
    ...schema,
    ...(properties === undefined ? {} : { properties: mapValues(properties, withVariables) }),
    ...(items === undefined ? {} : { items: withVariables(items) }),
    ...(oneOf === undefined ? {} : { oneOf: oneOf.map(withVariablesInside) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(withVariablesInside) }),
  }
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}
