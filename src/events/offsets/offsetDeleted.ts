import { defineEvent } from '../definition.ts'
import { long, wordOf } from '../schema.ts'
import { topicPartition } from '../shapes.ts'

export const offsetDeleted = defineEvent({
  type: 'offset-deleted',
  severity: 'info',
  section: 'Offsets',
  trigger:
    'The tombstone of a known offset. Expiry, deletion by an admin and deletion of the topic leave the same record, so the cause is not known further.',
  data: {
    ...topicPartition,
    lastOffset: long('The deleted offset.'),
    cause: wordOf(
      ['group-deleted', 'unknown'],
      '`group-deleted` where the group was deleted in the same transition, else `unknown`.',
    ),
  },
})
