import { defineEvent } from '../definition.ts'
import { millis } from '../schema.ts'

export const groupRevived = defineEvent({
  type: 'group-revived',
  severity: 'info',
  section: 'Life of a group',
  trigger:
    'A group has members again after it had been emptied; not when it gets its very first members. A group that the history before the first read shows without members, at an epoch above 0, had been emptied, though compaction may have taken the record of it: then since that record.',
  data: {
    emptyForMs: millis('Time since it was emptied, by the times of the records.'),
  },
})
