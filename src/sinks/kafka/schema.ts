import { z } from 'zod'
import { avroNeedsRegistry, registryKeys } from '../../config/values/registry.ts'
import type { Surroundings } from '../../config/values/secret.ts'
import { duration, section, whole } from '../../config/values/values.ts'
import { internalTopics } from '../../coordinator/consumerOffsets.ts'

export function kafkaSchema({ readFile }: Surroundings) {
  const { registry, subjects } = registryKeys(readFile)
  return section({
    type: z.literal('kafka').describe('Records in a topic of the cluster, keyed by group, exactly once.'),
    topic: topic.optional().describe('The topic of all events; created if it is missing. Or `routes`.'),
    routes: topicPattern
      .optional()
      .describe('A pattern for one topic for each type, in place of `topic`, such as `koff.{type}`.'),
    format: z
      .enum(['avro', 'json'])
      .default('avro')
      .describe("`avro` in Confluent's wire format, which needs `registry`; or `json`."),
    subjects,
    partitions: whole(1).default(8).describe('Number of partitions, when koff creates the topic.'),
    replicationFactor: whole(1, 32_767)
      .optional()
      .describe('Replication factor of topics that koff creates; the number of brokers, at most 3, unless set.'),
    minInsyncReplicas: whole(1, 32_767)
      .optional()
      .describe('min.insync.replicas of topics that koff creates; one less than the replication factor unless set.'),
    stateTopic: topic.optional().describe('The compacted topic of state and position; `<name>.state` unless set.'),
    registry,
    groupsTopic: topic
      .optional()
      .describe(
        'A compacted topic with the current state of each group; the key is the group id, a tombstone means that the group is gone. None unless set.',
      ),
    groupsEveryMs: duration(0)
      .default(1_000)
      .describe('The minimum time between two writes of a group to `groupsTopic`.'),
  })
    .refine(({ topic: one, routes }) => (one === undefined) !== (routes === undefined), {
      path: ['topic'],
      message: 'set either topic, or routes with {type} in it',
    })
    .refine(({ format, registry: of }) => format === 'json' || of !== undefined, avroNeedsRegistry)
    .refine(({ replicationFactor: all, minInsyncReplicas: few = 1 }) => all === undefined || few <= Math.max(all, 1), {
      path: ['minInsyncReplicas'],
      message: 'must be at most replicationFactor: nothing could be written',
    })
}

const topic = z
  .string()
  .regex(
    // As in Kafka's own Topic.validate: neither `.` nor `..`.
    /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/,
    "must be a topic's name: letters, digits, dot, underscore and hyphen, at most 249",
  )
  .refine(name => !internalTopics.includes(name), 'must not be a topic that Kafka itself writes')

/** The names of several topics: `{type}` stands for the event type. */
const topicPattern = z
  .string()
  .refine(pattern => pattern.includes('{type}'), 'must contain {type}: koff.{type}')
  .refine(
    pattern => topic.safeParse(pattern.replaceAll('{type}', 'partition-unassigned')).success,
    "must make a topic's name of every type: letters, digits, dot, underscore and hyphen, at most 249",
  )
