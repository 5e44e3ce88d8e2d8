import { z } from 'zod'
import { groupTypes } from '../events/envelope.ts'
import { sinkSchema } from '../sinks/configured.ts'
import { eventSelectors } from './eventPatterns.ts'
import type { Surroundings } from './values/secret.ts'
import { section, text } from './values/values.ts'
import type { Written } from './values/written.ts'

/** Valid names of deployments and consumer groups. */
export const plainName = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,100}$/, 'must be 1 to 100 letters, digits, dots, underscores or hyphens')

/** A pipeline as a mapping in a configuration. */
export function pipelineSchema(surroundings: Surroundings) {
  return section(pipelineKeys(surroundings)).describe('A pipeline in place: the events it selects, and their sink.')
}

/** The keys of a pipeline in a configuration; a file has more. */
export function pipelineKeys(surroundings: Surroundings) {
  const patterns = z.array(text)
  const both = section({
    include: patterns.min(1).default(['*']).describe('Patterns: `*` is any text, `?` any one character.'),
    exclude: patterns.default([]).describe('Patterns of groups to exclude.'),
  })
  const groups = z
    .preprocess<unknown, typeof both, readonly string[] | z.input<typeof both>>(included, both)
    .meta({ type: ['array', 'object'] })
  return {
    name: plainName.describe('Its name in logs and metrics, and in its consumer group `<name>.pipeline.<this>`.'),
    on: eventSelectors
      .optional()
      .describe(
        'Types, patterns (`offset-*`), severities (`warn`), `default`; all types of the deployment unless set.',
      ),
    where: section({
      groups: groups.optional().describe('Patterns of group ids: a list, or `include` and `exclude`.'),
      groupTypes: z
        .array(z.enum(groupTypes))
        .min(1)
        .optional()
        .describe('`classic`, `consumer`, `share`, `streams`, `simple`; all unless set.'),
    })
      .optional()
      .describe('Filters by group. Events without a group pass.'),
    from: z
      .enum(['beginning', 'now'])
      .default('beginning')
      .describe('Where a new pipeline begins in the clean topic; later it continues from its position.'),
    to: sinkSchema(surroundings).describe('The sink, as in `sinks`.'),
  }
}

function included(value: unknown): unknown {
  return Array.isArray(value) ? { include: value } : value
}

/** A pipeline as written in a file. */
export type PipelineSpec = Written<z.input<ReturnType<typeof pipelineSchema>>>

export type PipelineConfig = z.infer<ReturnType<typeof pipelineSchema>>
