import { resolve } from 'node:path'
import { z } from 'zod'
import { defaultRegistryTimeoutMs } from '../avro/options.ts'
import { subjectStrategies } from '../avro/subjects.ts'
import { redisSchema } from './redisSchema.ts'
import { type ReadFile, secret, section, text, topic, topicPattern, url, whole } from './values.ts'

export interface Surroundings {
  /** Gives the text of a file, relative to `home`. */
  readonly readFile: ReadFile
  /** The folder of the configuration. */
  readonly home: string
}

/** How to reach the schema registry. */
function registrySchema(readFile: ReadFile) {
  return section(
    {
      url: url.describe('Of its Confluent-compatible API.'),
      username: text.optional().describe('Comes with `password`.'),
      password: secret(readFile).optional().describe('The text, or `{ file: path }`.'),
      timeoutMs: whole(1).default(defaultRegistryTimeoutMs).describe('How long to try before giving up.'),
    },
    'Avro needs a schema registry: registry: { url: http://… }',
  ).refine(
    ({ username, password: word }) => (username === undefined) === (word === undefined),
    'username and password come together',
  )
}

export type RegistryConfig = z.infer<ReturnType<typeof registrySchema>>

const avroNeedsRegistry = {
  path: ['registry'],
  message: 'missing; Avro needs a schema registry: registry: { url: http://… }',
}

const subjects = z
  .enum(subjectStrategies)
  .describe(
    'Which subjects of the registry have the schemas: `topic` is `<topic>-value`, `record` the full name of the record, `topic-record` both with a hyphen. Unless set, `topic` where a topic has one type, else `topic-record`.',
  )

/** Longer than any replay: what a clean topic keeps unless told otherwise is 7 days. */
const keepMs = 8 * 24 * 3_600_000

/** Where events can go; the one definition, for a configuration and for the `to` of a pipeline. */
export function sinkSchema({ readFile, home }: Surroundings) {
  const registry = registrySchema(readFile)

  const stdoutSink = section({
    type: z.literal('stdout').describe('Lines on standard output.'),
    format: z
      .enum(['auto', 'human', 'json'])
      .default('auto')
      .describe('`auto`: for people on a terminal, one JSON object a line elsewhere.'),
  })

  const kafkaSink = section({
    type: z.literal('kafka').describe('Records in a topic of the cluster, keyed by group, exactly once.'),
    topic: topic.optional().describe('Where all events go; created if it is missing. Or `routes`.'),
    routes: topicPattern
      .optional()
      .describe('A topic for each type, in place of `topic`: a pattern with `{type}`, such as `koff.{type}`.'),
    format: z
      .enum(['avro', 'json'])
      .default('avro')
      .describe('`avro` in the wire format of Confluent, which needs `registry`; or `json`.'),
    subjects: subjects.optional(),
    partitions: whole(1).default(8).describe('Of the topic, when koff creates it.'),
    replicationFactor: whole(1, 32_767)
      .optional()
      .describe('Of topics that koff creates; as many as there are brokers, at most 3, unless set.'),
    minInsyncReplicas: whole(1, 32_767)
      .optional()
      .describe('Of topics that koff creates; one less than the replication factor unless set.'),
    stateTopic: topic.optional().describe('Where state and position go, compacted; `<name>.state` unless set.'),
    registry: registry.optional().describe('The schema registry, for Avro.'),
    groupsTopic: topic
      .optional()
      .describe('A compacted topic with each group as it is: key group id, no value when it is gone. None unless set.'),
    groupsEveryMs: whole(0).default(1_000).describe('A group is written to `groupsTopic` at most once in so long.'),
  })
    .refine(({ topic: one, routes }) => (one === undefined) !== (routes === undefined), {
      path: ['topic'],
      message: 'give a topic for all events, or routes with {type} in it, and not both',
    })
    .refine(({ format, registry: of }) => format === 'json' || of !== undefined, avroNeedsRegistry)
    .refine(({ replicationFactor: all, minInsyncReplicas: few = 1 }) => all === undefined || few <= Math.max(all, 1), {
      path: ['minInsyncReplicas'],
      message: 'must be at most replicationFactor: nothing could be written',
    })

  const bullmqSink = section({
    type: z.literal('bullmq').describe('Jobs in a queue of BullMQ: job id = event id, job name = event type.'),
    queue: z
      .string()
      .regex(/^[^:]{1,200}$/, 'must be the name of a queue: no colon, at most 200 characters')
      .describe('The name of the queue.'),
    prefix: z
      .string()
      .regex(/^[^:]{1,100}$/, 'must have no colon and at most 100 characters')
      .optional()
      .describe('Of the keys in Redis; `bull` unless set, in a Redis Cluster `{bull}`.'),
    redis: redisSchema(readFile).prefault({}).describe('How to reach Redis.'),
    payload: z
      .enum(['json', 'avro', 'both'])
      .default('json')
      .describe('What a job holds: the event as JSON, as base64 of Avro with the id of its schema, or both.'),
    registry: registry.optional().describe('The schema registry, for Avro.'),
    subjects: subjects.optional(),
    attempts: whole(1).default(3).describe('How often a worker may try a job.'),
    backoff: section({
      type: z.enum(['fixed', 'exponential']).default('exponential').describe('Whether it doubles each time.'),
      delayMs: whole(0).default(1_000).describe('The first pause.'),
    })
      .prefault({})
      .describe('The pause between attempts.'),
    keepCompletedMs: whole(1_000, Number.MAX_SAFE_INTEGER)
      .default(keepMs)
      .describe('How long a job stays when it is done. As long as it is there a repeat is dropped.'),
    keepFailedMs: whole(1_000, Number.MAX_SAFE_INTEGER)
      .default(keepMs)
      .describe('The same of a job that failed for good.'),
  })
    .refine(({ payload, registry: of }) => payload === 'json' || of !== undefined, avroNeedsRegistry)
    .refine(({ redis: { cluster }, prefix }) => cluster === undefined || /\{.+\}/.test(prefix ?? '{bull}'), {
      path: ['prefix'],
      message: 'needs a hash tag in a Redis Cluster, {koff} for one: all keys of a queue must be on one node',
    })

  const historySink = section({
    type: z.literal('history').describe('A SQLite file of this machine, each event once.'),
    file: text.transform(file => resolve(home, file)).describe('The file, made if it is missing.'),
  })

  return z.discriminatedUnion('type', [stdoutSink, kafkaSink, bullmqSink, historySink])
}

export type SinkConfig = z.infer<ReturnType<typeof sinkSchema>>
