import { defineEvent } from '../definition.ts'
import { millis, nullable } from '../schema.ts'

export const groupRevived = defineEvent({
  type: 'group-revived',
  severity: 'info',
  section: 'Life of a group',
  trigger:
    'A group has members again after it had been emptied; not when it gets its very first members. A group that the history before the first read shows without members had been emptied where its epoch is above 0.',
  data: {
    emptyForMs: nullable(
      millis('Time since it was emptied, by the times of the records; null where that was before the first read.'),
    ),
  },
})
