import { resolve } from 'node:path'
import { z } from 'zod'
import { eventPatterns } from './eventPatterns.ts'
import { brokers, flag, pem, type ReadFile, secret, section, text, topic, url, whole } from './values.ts'

/** A configuration as the rest of koff gets it: complete, checked, files read. */
export type Config = z.infer<ReturnType<typeof configSchema>>
export type KafkaConfig = Config['kafka']
export type SinkConfig = Config['sinks'][number]

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const

export interface Surroundings {
  /** Gives the text of a file, relative to `home`. */
  readonly readFile: ReadFile
  /** The folder of the configuration. */
  readonly home: string
}

/**
 * The one definition of what a configuration may say. Every key that is accepted does something; a key comes with the
 * feature.
 */
export function configSchema({ readFile, home }: Surroundings) {
  const password = secret(readFile)

  const sasl = z.discriminatedUnion('mechanism', [
    section({ mechanism: z.literal('PLAIN'), username: text, password }),
    section({ mechanism: z.literal('SCRAM-SHA-256'), username: text, password }),
    section({ mechanism: z.literal('SCRAM-SHA-512'), username: text, password }),
    section({ mechanism: z.literal('OAUTHBEARER'), token: secret(readFile) }),
  ])

  const tls = section({
    ca: pem(readFile).optional(),
    cert: pem(readFile).optional(),
    key: secret(readFile, 'pem').optional(),
    passphrase: password.optional(),
    servername: text.optional(),
    rejectUnauthorized: flag.optional(),
  }).refine(({ cert, key }) => (cert === undefined) === (key === undefined), 'cert and key come together')

  const kafka = section({
    brokers: brokers.default(['localhost:9092']),
    clientId: text.default('koff'),
    connectTimeoutMs: whole(1).default(10_000),
    requestTimeoutMs: whole(1).default(30_000),
    tls: z.preprocess(onOrOff, tls.optional()),
    sasl: sasl.optional(),
  })

  const registry = section(
    {
      url,
      username: text.optional(),
      password: password.optional(),
      timeoutMs: whole(1).default(10_000),
    },
    'Avro needs a schema registry: registry: { url: http://… }',
  ).refine(
    ({ username, password: word }) => (username === undefined) === (word === undefined),
    'username and password come together',
  )

  const stdoutSink = section({
    type: z.literal('stdout'),
    format: z.enum(['auto', 'human', 'json']).default('auto'),
  })

  const kafkaSink = section({
    type: z.literal('kafka'),
    topic,
    partitions: whole(1).default(8),
    replicationFactor: whole(1, 32_767).optional(),
    minInsyncReplicas: whole(1, 32_767).optional(),
    stateTopic: topic.optional(),
    registry,
  })

  return section({
    name: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,100}$/, 'must be 1 to 100 letters, digits, dots, underscores or hyphens')
      .default('koff'),
    logLevel: z.enum(logLevels).default('info'),
    kafka: kafka.prefault({}),
    instances: section({ sessionTimeoutMs: whole(1_000, 1_800_000).default(10_000) }).prefault({}),
    state: section({ dir: text.default('koff-state').transform(dir => resolve(home, dir)) }).prefault({}),
    snapshot: z.enum(['emit', 'skip']).default('emit'),
    events: section({
      include: eventPatterns.default(['default']),
      exclude: eventPatterns.default([]),
    }).prefault({}),
    groups: section({
      include: z.array(text).min(1).default(['*']),
      exclude: z.array(text).default([]),
    }).prefault({}),
    sinks: z
      .array(z.discriminatedUnion('type', [stdoutSink, kafkaSink]))
      .min(1)
      .default([{ type: 'stdout', format: 'auto' }]),
  })
}

/** `tls: true` is TLS with the certificates that Node brings; `false` is none. */
function onOrOff(value: unknown): unknown {
  if (value === true || value === 'true') return {}
  return value === false || value === 'false' ? undefined : value
}
