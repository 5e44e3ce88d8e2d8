import { groupTypes } from './envelope.ts'
import {
  described,
  enumOf,
  type Infer,
  int,
  list,
  long,
  millis,
  nullable,
  record,
  string,
  topicId,
  topicName,
} from './schema.ts'

/** Shapes that several events share: members, partitions, and the fields that identify an offset. */

export const groupType = enumOf(
  'GroupType',
  [...groupTypes, 'unknown'],
  'Kind of a group; `unknown` only where an event concerns no group, or a group whose kind the records do not show.',
)

const subscription = record('Subscription', 'The subscription of a member.', {
  topics: list(topicName('Name of a topic.'), 'Names of the topics subscribed to, sorted.'),
  regex: nullable(string('Regular expression that the broker resolves (KIP-848); null without one.')),
})

const memberFields = {
  id: string('Member id.'),
  instanceId: nullable(string('`group.instance.id` of a static member; null of a dynamic one.')),
  clientId: string('Client id that the member sent.'),
  host: string('Host that the broker saw, usually an address after a slash.'),
  rack: nullable(string('`client.rack`; null where the member sent none.')),
  subscription: nullable(
    described(
      subscription,
      'Subscription of the member; null where the records do not contain it (streams members, classic groups whose protocolType is not `consumer`) or where it cannot be read. Fields after the topics may be missing: kafka-go and sarama-cluster omit the last list of version 1.',
    ),
  ),
}

export const member = record('Member', 'A member of a group.', memberFields)
export type Member = Infer<typeof member>

const topicPartitions = record('TopicPartitions', 'Partitions of one topic, or tasks of one subtopology.', {
  topic: nullable(topicName('Name of the topic; null where it is unknown, and for tasks.')),
  topicId: nullable(topicId('Topic id as Kafka prints it; null where the records contain none, and for tasks.')),
  subtopology: nullable(string('Subtopology id, for tasks of a streams member; else null.')),
  partitions: list(int('Partition, or task number.'), 'Partitions, ascending.'),
})
export type TopicPartitions = Infer<typeof topicPartitions>

/** One entry for each topic, sorted by name; those without a name sorted by id. */
export const partitions = (doc: string) => list(topicPartitions, doc)

export const assignedMember = record('AssignedMember', 'A member and the partitions it holds.', {
  ...memberFields,
  held: nullable(partitions('Partitions the member holds; null where its assignment cannot be read.')),
})

export const memberRef = record('MemberRef', 'Which member.', {
  memberId: string('Member id.'),
  clientId: string('Client id.'),
})

/** The fields that identify an offset, in every event about one. */
export const topicPartition = {
  topic: topicName('Name of the topic.'),
  partition: int('Partition of the topic.'),
}

export const topicPartitionLag = record('TopicPartitionLag', 'The lag of one partition.', {
  ...topicPartition,
  lag: nullable(long('Log-end offset − committed offset, or − log-start offset where that is higher.')),
})

export const lagInTime = record('LagInTime', 'The age of the record at the committed offset, as an interval.', {
  min: nullable(millis('Lower bound; null where unknown.')),
  max: nullable(millis('Upper bound; null where unknown.')),
  by: enumOf(
    'LagInTimeBy',
    ['samples', 'timestamp'],
    '`samples`: by the samples of the log end around it; `timestamp`: by the time of the record itself.',
  ),
})
