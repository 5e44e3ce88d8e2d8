import { defineEvent } from '../definition.ts'
import { string } from '../schema.ts'
import { topicPartition } from '../shapes.ts'

export const topicRecreated = defineEvent({
  type: 'topic-recreated',
  severity: 'error',
  section: 'Offsets',
  trigger:
    'The topic id of a commit differs from the one last known for that topic in that group: offsets of the old topic mean nothing in the new one. The id is remembered until seven days (by the time of records) after the last offset of the topic was deleted, or until the group is; of topics without an offset at most 10,000 a group. Only where commits carry topic ids: brokers write them since Kafka 4.1, into transactional commits not yet in 4.3. One per topic and transition; `partition` is the first seen. Only where commits carry topic ids: brokers since 4.1 write them, but not in transactional commits.',
  data: {
    ...topicPartition,
    from: string('Topic id before.'),
    to: string('Topic id after.'),
  },
})
