import { resolve } from 'node:path'
import { z } from 'zod'
import { clusterSchema } from './clusterSchema.ts'
import { eventPatterns } from './eventPatterns.ts'
import { host, type ReadFile, secret, section, text, topic, url, whole } from './values.ts'

/** A configuration as the rest of koff gets it: complete, checked, files read. */
export type Config = z.infer<ReturnType<typeof configSchema>>
export type KafkaConfig = Config['kafka']
export type SinkConfig = Config['sinks'][number]

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const

export interface Surroundings {
  /** Gives the text of a file, relative to `home`. */
  readonly readFile: ReadFile
  /** The folder of the configuration. */
  readonly home: string
}

/**
 * The one definition of what a configuration may say. Every key that is accepted does something; a key comes with the
 * feature, and with the sentence that describes it in editors and in docs/configuration.md (`describe`, last in its
 * chain).
 */
export function configSchema({ readFile, home }: Surroundings) {
  const registry = section(
    {
      url: url.describe('Of its Confluent-compatible API.'),
      username: text.optional().describe('Comes with `password`.'),
      password: secret(readFile).optional().describe('The text, or `{ file: path }`.'),
      timeoutMs: whole(1).default(10_000).describe('How long to try before giving up.'),
    },
    'Avro needs a schema registry: registry: { url: http://… }',
  ).refine(
    ({ username, password: word }) => (username === undefined) === (word === undefined),
    'username and password come together',
  )

  const stdoutSink = section({
    type: z.literal('stdout').describe('Lines on standard output.'),
    format: z
      .enum(['auto', 'human', 'json'])
      .default('auto')
      .describe('`auto`: for people on a terminal, one JSON object a line elsewhere.'),
  })

  const kafkaSink = section({
    type: z.literal('kafka').describe('Avro records in a topic of the cluster, keyed by group, exactly once.'),
    topic: topic.describe('Where the events go; created if it is missing.'),
    partitions: whole(1).default(8).describe('Of the topic, when koff creates it.'),
    replicationFactor: whole(1, 32_767)
      .optional()
      .describe('Of topics that koff creates; as many as there are brokers, at most 3, unless set.'),
    minInsyncReplicas: whole(1, 32_767)
      .optional()
      .describe('Of topics that koff creates; one less than the replication factor unless set.'),
    stateTopic: topic.optional().describe('Where state and position go, compacted; `<name>.state` unless set.'),
    registry: registry.describe('The schema registry.'),
  })

  return section({
    name: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,100}$/, 'must be 1 to 100 letters, digits, dots, underscores or hyphens')
      .default('koff')
      .describe('What this deployment calls itself: the prefix of its own groups and transactional ids.'),
    logLevel: z.enum(logLevels).default('info').describe('From which level on koff logs, to standard error.'),
    http: section({
      port: whole(0, 65_535).describe('Where /metrics, /healthz and /readyz are; 0 takes any free port.'),
      host: host.default('0.0.0.0').describe('The address to listen on.'),
    })
      .optional()
      .describe('A port for metrics and health; none unless set.'),
    kafka: clusterSchema(readFile).prefault({}).describe('The cluster.'),
    instances: section({
      sessionTimeoutMs: whole(1_000, 1_800_000)
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
    sinks: z
      .array(z.discriminatedUnion('type', [stdoutSink, kafkaSink]))
      .min(1)
      .default([{ type: 'stdout', format: 'auto' }])
      .describe('Where the events go.'),
  })
}
