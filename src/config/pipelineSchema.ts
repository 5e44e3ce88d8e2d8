import { z } from 'zod'
import { groupTypes } from '../events/envelope.ts'
import { sinkSchema } from '../sinks/configured.ts'
import { eventSelectors } from './eventPatterns.ts'
import type { Surroundings } from './values/secret.ts'
import { section, text } from './values/values.ts'
import type { Written } from './values/written.ts'

/** As deployments and consumer groups may be called. */
export const plainName = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,100}$/, 'must be 1 to 100 letters, digits, dots, underscores or hyphens')

/** A pipeline, as a configuration spells it out. */
export function pipelineSchema(surroundings: Surroundings) {
  return section(pipelineKeys(surroundings)).describe('A pipeline in place: which events, and where they go.')
}

/** What a configuration can say of a pipeline; a file can say more. */
export function pipelineKeys(surroundings: Surroundings) {
  const patterns = z.array(text)
  const both = section({
    include: patterns.min(1).default(['*']).describe('Patterns: `*` is any text, `?` any one character.'),
    exclude: patterns.default([]).describe('Patterns of groups that are left out all the same.'),
  })
  const groups = z
    .preprocess<unknown, typeof both, readonly string[] | z.input<typeof both>>(included, both)
    .meta({ type: ['array', 'object'] })
  return {
    name: plainName.describe('Of its place in logs and metrics, and of its consumer group `<name>.pipeline.<this>`.'),
    on: eventSelectors
      .optional()
      .describe(
        'Types, `offset-*` for several, severities (`warn`), `default`; all that the deployment tells unless set.',
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
      .describe('Which groups. Events about no group pass.'),
    from: z
      .enum(['beginning', 'now'])
      .default('beginning')
      .describe('Where it begins in the clean topic when it is new; later it goes on where it was.'),
    to: sinkSchema(surroundings).describe('Where the events go; as in `sinks`.'),
  }
}

function included(value: unknown): unknown {
  return Array.isArray(value) ? { include: value } : value
}

/** A pipeline as a file writes it. */
export type PipelineSpec = Written<z.input<ReturnType<typeof pipelineSchema>>>

export type PipelineConfig = z.infer<ReturnType<typeof pipelineSchema>>
