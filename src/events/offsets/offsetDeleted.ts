import { defineEvent } from '../definition.ts'
import { long, wordOf } from '../schema.ts'
import { topicPartition } from '../shapes.ts'

export const offsetDeleted = defineEvent({
  type: 'offset-deleted',
  severity: 'info',
  section: 'Offsets',
  trigger:
    'The tombstone of a known offset. Expiry, deletion by an admin and deletion of the topic leave the same record, hence no further cause.',
  data: {
    ...topicPartition,
    lastOffset: long('The offset that was committed.'),
    cause: wordOf(
      ['group-deleted', 'unknown'],
      '`group-deleted` when the group went in the same transition, else `unknown`.',
    ),
  },
})
