import { z } from 'zod'
import { avroNeedsRegistry, registryKeys } from '../../config/values/registry.ts'
import type { Surroundings } from '../../config/values/secret.ts'
import { duration, section, whole } from '../../config/values/values.ts'
import { defaults } from './job.ts'
import { redisSchema } from './redisSchema.ts'

export function bullmqSchema({ readFile }: Surroundings) {
  const { registry, subjects } = registryKeys(readFile)
  return section({
    type: z
      .literal('bullmq')
      .describe('Jobs in a BullMQ queue: the job id is the event id, the job name the event type.'),
    queue: z
      .string()
      .regex(/^[^:]{1,200}$/, 'must be the name of a queue: no colon, at most 200 characters')
      .describe('The name of the queue.'),
    prefix: z
      .string()
      .regex(/^[^:]{1,100}$/, 'must have no colon and at most 100 characters')
      .optional()
      .describe('Prefix of the keys in Redis; `bull` unless set, in a Redis Cluster `{bull}`.'),
    redis: redisSchema(readFile).prefault({}).describe('How to reach Redis.'),
    payload: z
      .enum(['json', 'avro', 'both'])
      .default('json')
      .describe('The content of a job: the event as JSON, as Avro in base64 with type and schema id, or both.'),
    registry,
    subjects,
    attempts: whole(1).default(defaults.attempts).describe('How often a worker may try a job.'),
    backoff: section({
      type: z
        .enum(['fixed', 'exponential'])
        .default(defaults.backoff.type)
        .describe('`exponential` doubles the pause each time.'),
      delayMs: duration(0).default(defaults.backoff.delayMs).describe('The first pause.'),
    })
      .prefault({})
      .describe('The pause between attempts.'),
    keepCompletedMs: duration(1_000, Number.MAX_SAFE_INTEGER)
      .default(defaults.keepCompletedMs)
      .describe('How long a completed job is kept. Until then a repeat of its event is dropped.'),
    keepFailedMs: duration(1_000, Number.MAX_SAFE_INTEGER)
      .default(defaults.keepFailedMs)
      .describe('How long a failed job is kept.'),
  })
    .refine(({ payload, registry: of }) => payload === 'json' || of !== undefined, avroNeedsRegistry)
    .refine(({ redis: { cluster }, prefix }) => cluster === undefined || /\{.+\}/.test(prefix ?? '{bull}'), {
      path: ['prefix'],
      message: 'needs a hash tag in a Redis Cluster, {koff} for one: all keys of a queue must be on one node',
    })
}
