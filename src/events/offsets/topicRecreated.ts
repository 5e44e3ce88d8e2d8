import { defineEvent } from '../definition.ts'
import { string } from '../schema.ts'
import { topicPartition } from '../shapes.ts'

export const topicRecreated = defineEvent({
  type: 'topic-recreated',
  severity: 'error',
  section: 'Offsets',
  trigger:
    'The topic id in a commit differs from the one last known for that topic in that group: offsets of the old topic mean nothing in the new one. koff remembers the id until seven days (by record timestamps) after the last offset of the topic was deleted, or until the group is deleted; for topics without an offset at most 10,000 in a group. Requires commits with topic ids: brokers write them since Kafka 4.1, but not in transactional commits (as of 4.3). One event for each topic and transition; `partition` is the first one seen.',
  data: {
    ...topicPartition,
    from: string('Previous topic id.'),
    to: string('New topic id.'),
  },
})
