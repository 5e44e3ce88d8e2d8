import { resolve } from 'node:path'
import { z } from 'zod'
import { sinkSchema } from '../sinks/configured.ts'
import { clusterSchema } from './clusterSchema.ts'
import { conditionsSchema } from './conditionsSchema.ts'
import { eventPatterns } from './eventPatterns.ts'
import { httpSchema } from './httpSchema.ts'
import { metricsSchema } from './metricsSchema.ts'
import { pipelineSchema, plainName } from './pipelineSchema.ts'
import type { Surroundings } from './values/secret.ts'
import { duration, section, text } from './values/values.ts'

/** A checked and complete configuration; the files it names have been read. */
export type Config = z.infer<ReturnType<typeof configSchema>>
export type KafkaConfig = Config['kafka']

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const

/**
 * The only definition of a configuration. Every key has an effect. A key is added together with its feature and with
 * its description, which editors and docs/configuration.md show (`describe`, last in its chain).
 */
export function configSchema(surroundings: Surroundings) {
  const { readFile, home } = surroundings
  return section({
    name: plainName
      .default('koff')
      .describe('The name of this deployment: the prefix of its groups and transactional ids.'),
    logLevel: z.enum(logLevels).default('info').describe('The lowest level that koff logs, to standard error.'),
    http: httpSchema(readFile).optional().describe('A port for metrics, health and the API; none unless set.'),
    metrics: metricsSchema(readFile).prefault({}).describe('Metrics of groups, and where metrics go beside the port.'),
    kafka: clusterSchema(readFile).prefault({}).describe('The cluster.'),
    instances: section({
      sessionTimeoutMs: duration(1_000, 1_800_000)
        .default(10_000)
        .describe('An instance without a heartbeat for this long loses its partitions.'),
    })
      .prefault({})
      .describe('How instances of one deployment share the work.'),
    state: section({
      dir: text
        .default('koff-state')
        .transform(dir => resolve(home, dir))
        .describe('A folder; created if it is missing.'),
    })
      .prefault({})
      .describe('Where state and position are stored without a sink of type kafka.'),
    snapshot: z
      .enum(['emit', 'skip'])
      .default('emit')
      .describe('At the end of a first read: one `group-snapshot` for each existing group, or nothing.'),
    events: section({
      include: eventPatterns
        .default(['default'])
        .describe('Types, or patterns (`offset-*`); `default` is all types that are on by default.'),
      exclude: eventPatterns.default([]).describe('Types to exclude.'),
    })
      .prefault({})
      .describe('The event types to emit.'),
    groups: section({
      include: z.array(text).min(1).default(['*']).describe('Patterns: `*` is any text, `?` any one character.'),
      exclude: z.array(text).default([]).describe('Patterns of groups to exclude.'),
    })
      .prefault({})
      .describe('The groups that emit events.'),
    conditions: conditionsSchema
      .prefault({})
      .describe('Thresholds of conditions over time, and the interval between samples.'),
    sinks: z
      .array(sinkSchema(surroundings))
      .min(1)
      .default([])
      .describe('Sinks for all events; standard output without any sink or pipeline.'),
    pipelines: z
      .array(
        z.union([text.transform(file => resolve(home, file)), pipelineSchema(surroundings)], {
          error: 'must be the path of a file that exports a pipeline, or a mapping',
        }),
      )
      .default([])
      .describe('Pipelines for selected events: files that export a pipeline, or mappings.'),
  })
}
