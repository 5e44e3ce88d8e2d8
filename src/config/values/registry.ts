import { z } from 'zod'
import { defaultRegistryTimeoutMs } from '../../avro/options.ts'
import { subjectStrategies } from '../../avro/subjects.ts'
import { type ReadFile, secret } from './secret.ts'
import { duration, section, text, url } from './values.ts'

/** The keys of a sink that writes Avro. */
export function registryKeys(readFile: ReadFile) {
  return {
    registry: registrySchema(readFile).optional().describe('The schema registry, for Avro.'),
    subjects: z
      .enum(subjectStrategies)
      .optional()
      .describe(
        'The subjects of the schemas: `topic` is `<topic>-value`, `record` the full name of the record, `topic-record` both with a hyphen. Unless set, `topic` for a topic with one type, else `topic-record`.',
      ),
  }
}

/** The fault of a sink that writes Avro without a registry. */
export const avroNeedsRegistry = {
  path: ['registry'],
  message: 'missing; Avro needs a schema registry: registry: { url: http://… }',
}

/** How to reach the schema registry. */
function registrySchema(readFile: ReadFile) {
  return section({
    url: url.describe('The address of its Confluent-compatible API.'),
    username: text.optional().describe('User name; requires `password`.'),
    password: secret(readFile).optional().describe('The text, or `{ file: path }`.'),
    timeoutMs: duration(1).default(defaultRegistryTimeoutMs).describe('How long koff retries before it gives up.'),
  }).refine(
    ({ username, password: word }) => (username === undefined) === (word === undefined),
    'username and password need each other',
  )
}
