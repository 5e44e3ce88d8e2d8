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

/** What the events have in common: members, partitions, and what names an offset. */

export const groupType = enumOf(
  'GroupType',
  [...groupTypes, 'unknown'],
  'Kind of a group; `unknown` only where an event is about no group, or about one whose kind the records do not tell.',
)

const subscription = record('Subscription', 'What a member asked for.', {
  topics: list(topicName('Name of a topic.'), 'Names of the topics subscribed to, sorted.'),
  regex: nullable(string('Regular expression that the broker resolves (KIP-848); null where there is none.')),
})

const memberFields = {
  id: string('Member id.'),
  instanceId: nullable(string('`group.instance.id` of a static member; null of a dynamic one.')),
  clientId: string('Client id as the member gave it.'),
  host: string('Host as the broker saw it, usually an address after a slash.'),
  rack: nullable(string('`client.rack`; null where the member gave none.')),
  subscription: nullable(
    described(
      subscription,
      'What the member subscribed to; null where the records do not say (streams members, classic groups whose protocolType is not `consumer`), or cannot be read. What follows after the topics may be cut off: kafka-go and sarama-cluster leave out the last list of version 1.',
    ),
  ),
}

export const member = record('Member', 'A member of a group.', memberFields)
export type Member = Infer<typeof member>

const topicPartitions = record('TopicPartitions', 'Partitions of one topic, or tasks of one subtopology.', {
  topic: nullable(topicName('Name of the topic; null where nobody knows it, and for tasks.')),
  topicId: nullable(topicId('Topic id as Kafka prints it; null where the records hold none, and for tasks.')),
  subtopology: nullable(string('Subtopology id where these are the tasks of a streams member; else null.')),
  partitions: list(int('Partition, or number of the task.'), 'Partitions, ascending.'),
})
export type TopicPartitions = Infer<typeof topicPartitions>

/** One entry a topic, sorted by name, those without a name by id. */
export const partitions = (doc: string) => list(topicPartitions, doc)

export const assignedMember = record('AssignedMember', 'A member and the partitions it holds.', {
  ...memberFields,
  held: nullable(partitions('Partitions the member holds; null where its assignment cannot be read.')),
})

export const memberRef = record('MemberRef', 'Which member.', {
  memberId: string('Member id.'),
  clientId: string('Client id.'),
})

/** The fields that name an offset in every event about one. */
export const topicPartition = {
  topic: topicName('Name of the topic.'),
  partition: int('Partition of the topic.'),
}

export const topicPartitionLag = record('TopicPartitionLag', 'How far one partition is behind.', {
  ...topicPartition,
  lag: nullable(long('Log-end offset − committed offset, or − log-start offset where that is higher.')),
})

export const lagInTime = record('LagInTime', 'How old the record at the committed offset is, between two bounds.', {
  min: nullable(millis('At least; null where there is no such bound.')),
  max: nullable(millis('At most; null where there is no such bound.')),
  by: enumOf(
    'LagInTimeBy',
    ['samples', 'timestamp'],
    '`samples`: by the samples of the log end around it; `timestamp`: by the time of the record itself.',
  ),
})
