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
        'Which subjects of the registry have the schemas: `topic` is `<topic>-value`, `record` the full name of the record, `topic-record` both with a hyphen. Unless set, `topic` where a topic has one type, else `topic-record`.',
      ),
  }
}

/** For a sink that writes Avro and has no registry. */
export const avroNeedsRegistry = {
  path: ['registry'],
  message: 'missing; Avro needs a schema registry: registry: { url: http://… }',
}

/** How to reach the schema registry. */
function registrySchema(readFile: ReadFile) {
  return section({
    url: url.describe('Of its Confluent-compatible API.'),
    username: text.optional().describe('Comes with `password`.'),
    password: secret(readFile).optional().describe('The text, or `{ file: path }`.'),
    timeoutMs: duration(1).default(defaultRegistryTimeoutMs).describe('How long to try before giving up.'),
  }).refine(
    ({ username, password: word }) => (username === undefined) === (word === undefined),
    'username and password come together',
  )
}
