import { resolve } from 'node:path'
import { z } from 'zod'
import { sinkSchema } from '../sinks/configured.ts'
import { clusterSchema } from './clusterSchema.ts'
import { conditionsSchema } from './conditionsSchema.ts'
import { eventPatterns } from './eventPatterns.ts'
import { metricsSchema } from './metricsSchema.ts'
import { pipelineSchema, plainName } from './pipelineSchema.ts'
import type { Surroundings } from './values/secret.ts'
import { duration, host, section, text, whole } from './values/values.ts'

/** A configuration as the rest of koff gets it: complete, checked, files read. */
export type Config = z.infer<ReturnType<typeof configSchema>>
export type KafkaConfig = Config['kafka']

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const

/**
 * The one definition of what a configuration may say. Every key that is accepted does something; a key comes with the
 * feature, and with the sentence that describes it in editors and in docs/configuration.md (`describe`, last in its
 * chain).
 */
export function configSchema(surroundings: Surroundings) {
  const { readFile, home } = surroundings
  return section({
    name: plainName
      .default('koff')
      .describe('What this deployment calls itself: the prefix of its own groups and transactional ids.'),
    logLevel: z.enum(logLevels).default('info').describe('From which level on koff logs, to standard error.'),
    http: section({
      port: whole(0, 65_535).describe('Where /metrics, /healthz and /readyz are; 0 takes any free port.'),
      host: host
        .default('127.0.0.1')
        .describe('The address to listen on: this machine alone unless set, `0.0.0.0` for every address of it.'),
    })
      .optional()
      .describe('A port for metrics and health; none unless set.'),
    metrics: metricsSchema(readFile).prefault({}).describe('Metrics of groups, and where metrics go beside the port.'),
    kafka: clusterSchema(readFile).prefault({}).describe('The cluster.'),
    instances: section({
      sessionTimeoutMs: duration(1_000, 1_800_000)
        .default(10_000)
        .describe('An instance that is not heard of for so long loses what it owned.'),
    })
      .prefault({})
      .describe('How instances of one deployment share the work.'),
    state: section({
      dir: text
        .default('koff-state')
        .transform(dir => resolve(home, dir))
        .describe('A folder, made if it is missing.'),
    })
      .prefault({})
      .describe('Where state and position go when no sink of type kafka takes them.'),
    snapshot: z
      .enum(['emit', 'skip'])
      .default('emit')
      .describe('At the end of a first read: one `group-snapshot` for each group that is there, or nothing.'),
    events: section({
      include: eventPatterns
        .default(['default'])
        .describe('Types, `offset-*` for several; `default` is all of them but those that are off by default.'),
      exclude: eventPatterns.default([]).describe('Types that are left out all the same.'),
    })
      .prefault({})
      .describe('Which types of events are made.'),
    groups: section({
      include: z.array(text).min(1).default(['*']).describe('Patterns: `*` is any text, `?` any one character.'),
      exclude: z.array(text).default([]).describe('Patterns of groups that are left out all the same.'),
    })
      .prefault({})
      .describe('Which groups are spoken of.'),
    conditions: conditionsSchema
      .prefault({})
      .describe('When conditions over time open, and how often koff looks where logs end.'),
    sinks: z
      .array(sinkSchema(surroundings))
      .min(1)
      .default([])
      .describe('Where all events go; standard output where there is no pipeline either.'),
    pipelines: z
      .array(
        z.union([text.transform(file => resolve(home, file)), pipelineSchema(surroundings)], {
          error: 'must be the path of a file that exports a pipeline, or a mapping',
        }),
      )
      .default([])
      .describe('Which events go where else: files that export a pipeline, or mappings.'),
  })
}
