import { defineEvent } from '../definition.ts'
import { millis, nullable } from '../schema.ts'

export const groupRevived = defineEvent({
  type: 'group-revived',
  severity: 'info',
  section: 'Life of a group',
  trigger:
    'A group that had been emptied has members again. Not emitted for the first members of a group. A group without members at the end of the history before the first read counts as emptied where its epoch is above 0.',
  data: {
    emptyForMs: nullable(
      millis('Time since it was emptied, by record timestamps; null where that was before the first read.'),
    ),
  },
})
