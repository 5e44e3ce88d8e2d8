import { z } from 'zod'
import type { DescribedRoute } from './route.ts'

const faults = {
  400: 'A parameter is wrong; `known` has the parameters.',
  401: 'The token is missing or wrong.',
  404: 'Nothing is known: no such group or event, or a time that the history does not reach; `known` says what is.',
  503: 'The history cannot be read now.',
  504: 'The question took longer than the time limit.',
} as const

/** The description of the API, from the schemas of its routes. */
export function openApi(routes: readonly DescribedRoute[], version: string) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'koff',
      version,
      description:
        'The history of consumer groups. Times are ms since the epoch. An int64 is a number while exact, else a text. ' +
        'Lists have at most 1,000 rows; `next` is the `cursor` of the next page.',
    },
    paths: Object.fromEntries(
      routes.flatMap(route => route.paths.map(path => [path, { get: operation(route, path) }])),
    ),
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, basic: { type: 'http', scheme: 'basic' } },
      responses: Object.fromEntries(
        Object.entries(faults).map(([status, description]) => [
          `fault${status}`,
          { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
        ]),
      ),
      schemas: {
        Error: schemaOf(
          z.strictObject({
            error: z.strictObject({
              code: z.string(),
              message: z.string(),
              known: z.record(z.string(), z.unknown()).optional(),
            }),
          }),
          'output',
        ),
      },
    },
    security: [{}, { bearer: [] }, { basic: [] }],
  }
}

function operation({ summary, query, answer, isStream }: DescribedRoute, path: string) {
  const type = isStream === true ? 'text/event-stream' : 'application/json'
  return {
    summary,
    operationId: path.replaceAll(/[^a-z]+/gi, '_').replaceAll(/^_|_$/g, ''),
    parameters: Object.entries(query.shape).map(([name, schema]) => {
      const isPath = path.includes(`{${name}}`)
      const { description, ...rest } = schemaOf(schema as z.ZodType, 'input')
      return {
        name,
        in: isPath ? 'path' : 'query',
        required: isPath || !(schema as z.ZodType).safeParse(undefined).success,
        ...(description === undefined ? {} : { description }),
        schema: rest,
      }
    }),
    responses: {
      200: { description: 'The answer.', content: { [type]: { schema: schemaOf(answer, 'output') } } },
      ...Object.fromEntries(
        Object.keys(faults).map(status => [status, { $ref: `#/components/responses/fault${status}` }]),
      ),
    },
  }
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): z.core.JSONSchema.BaseSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' })
  return rest
}
