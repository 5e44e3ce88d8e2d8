import { defineEvent } from '../definition.ts'
import { string } from '../schema.ts'
import { topicPartition } from '../shapes.ts'

export const topicRecreated = defineEvent({
  type: 'topic-recreated',
  severity: 'error',
  section: 'Offsets',
  trigger:
    'The topic id of a commit differs from the one last known for that topic in that group: offsets of the old topic mean nothing in the new one. The id is remembered over deleted offsets, until the group goes. One per topic and transition; `partition` is the first seen. Only where commits carry topic ids: brokers since 4.1 write them, but not in transactional commits.',
  data: {
    ...topicPartition,
    from: string('Topic id before.'),
    to: string('Topic id after.'),
  },
})
