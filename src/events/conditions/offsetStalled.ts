import { defineEvent } from '../definition.ts'
import { described, enumOf, long, nullable } from '../schema.ts'
import { member, topicPartition } from '../shapes.ts'
import { closing } from './closing.ts'

export const offsetStalled = defineEvent({
  type: 'offset-stalled',
  severity: 'error',
  section: 'Conditions over time',
  trigger:
    'For `stallAfter` (60 s) the log end was ahead of the committed offset at every sample and the committed offset did not grow.',
  data: {
    ...topicPartition,
    offset: long('Committed offset.'),
    logEnd: long('Log-end offset at the last sample.'),
    lag: long(
      '`logEnd` − `offset`, or − log-start offset where that is higher: what retention removed cannot be read.',
    ),
    reason: enumOf(
      'StallReason',
      ['repeating', 'silent'],
      '`repeating`: commits of the same offset keep coming; `silent`: no commit came.',
    ),
    member: nullable(
      described(member, 'Member that owns the partition; null where none does or the records do not say.'),
    ),
  },
})

export const offsetResumed = defineEvent({
  type: 'offset-resumed',
  severity: 'info',
  section: 'Conditions over time',
  closes: 'offset-stalled',
  trigger: 'The committed offset grew, the lag is 0, or the offset was deleted.',
  data: { ...topicPartition, ...closing },
})
