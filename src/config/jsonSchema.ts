import { z } from 'zod'
import { configSchema } from './schema.ts'

/** The part of JSON Schema that configurations use. */
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

/** For editors: a configuration file as written, with variables in it. */
export function configJsonSchema(): JsonSchema {
  const { $schema, ...schema } = plainConfigSchema()
  return {
    $schema,
    title: 'Configuration of koff',
    ...withVariablesInside(schema),
    $defs: { variable: { type: 'string', pattern: '\\$\\{', description: '${NAME} or ${NAME:-default}' } },
  }
}

/** The same without variables, for the final values. */
export function plainConfigSchema(): JsonSchema {
  const surroundings = { readFile: () => ({ text: '' }), home: '.' }
  return z.toJSONSchema(configSchema(surroundings), {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const isSection = jsonSchema.properties !== undefined
      // The defaults of an omitted section are at its keys. Where text is accepted, zod omits the default.
      if (isSection) delete jsonSchema.default
      else if (zodSchema instanceof z.ZodDefault) jsonSchema.default = zodSchema.def.defaultValue
    },
  }) as JsonSchema
}

/** Wherever plain text is not accepted, a text with a variable is. */
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
