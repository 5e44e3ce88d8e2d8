import { defineEvent } from '../definition.ts'
import { described, enumOf, long, millis, nullable } from '../schema.ts'
import { lagInTime, member, topicPartition } from '../shapes.ts'
import { closing } from './closing.ts'

export const offsetStalled = defineEvent({
  type: 'offset-stalled',
  severity: 'error',
  section: 'Conditions over time',
  trigger:
    'For `stallAfterMs` (60 s unless set) the log end was ahead of the committed offset at every sample and the committed offset did not grow; for a partition that is slow but moves, up to ten times as long. Not for a topic that no member of the group subscribes to, nor for a group that had no members before that time.',
  data: {
    ...topicPartition,
    offset: long('Committed offset.'),
    logEnd: long('Log-end offset at the last sample.'),
    lag: nullable(
      long('`logEnd` − `offset`, or − log-start offset where that is higher: what retention removed cannot be read.'),
    ),
    lagMs: nullable(described(lagInTime, 'The same in time; null where it is not known.')),
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
  trigger:
    'The committed offset grew, the lag is 0, the offset was deleted, or no member of the group subscribes to the topic any more.',
  data: {
    ...topicPartition,
    opened: closing.opened,
    durationMs: nullable(
      millis('How long it lasted, from when the offset had last grown; null where that was before koff first read it.'),
    ),
  },
})
